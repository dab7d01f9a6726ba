/**
 * What every transport of the protocol must do alike, against each store. A transport is a way for the SDK to get a socket,
 * or another client that shows the same face.
 */
import { createServer, type RoomcastServer } from "@roomcast/server";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type Speaker, TRANSPORTS } from "../harness/speaker.ts";
import { until } from "../harness/until.ts";

const STORES = ["memory", "sqlite"] as const;
/** Every plane of Unicode, what JSON escapes, what a stream of lines would break at. */
const UNICODE = 'a\u0000\n\r\r\n\u2028\u{1F600}é\u{10FFFF}"\\/</script>data: ☂';
const LARGEST = 65_536;

const CASES = Object.entries(TRANSPORTS).flatMap(([name, connect]) =>
  STORES.map((store) => ({ name, connect, store })),
);

describe.each(CASES)("D16 $name on $store", ({ connect, store }) => {
  let server: RoomcastServer;
  let dataDir: string;
  let room: string;
  let made = 0;
  const open: Speaker[] = [];

  const start = async (port: number): Promise<void> => {
    server = await createServer({ store, dataDir, port, host: "127.0.0.1", log: "silent", web: false });
    await server.listen();
  };
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "roomcast-transports-"));
    await start(0);
  });
  afterAll(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  beforeEach(() => (room = `room-${(made += 1)}`));
  afterEach(async () => {
    await Promise.all(open.splice(0).map((speaker) => speaker[Symbol.asyncDispose]()));
  });

  async function enter(name: string): Promise<Speaker> {
    const speaker = await connect(server.url, room, name);
    open.push(speaker);
    return speaker;
  }

  const pair = async (): Promise<[Speaker, Speaker]> => [await enter("Ada"), await enter("Bob")];
  const texts = ({ heard }: Speaker): unknown[] => heard.map(({ data }) => data);
  const text = (value: string): { text: string } => ({ text: value });

  it("A3 A6: connects under an id that both ends know, and joins", async () => {
    const [ada, bob] = await pair();
    expect(ada.id).not.toBe(bob.id);
    const members = await server.rooms.get(room).members();
    expect(members.ok && members.value.map(({ clientId }) => clientId).sort()).toEqual(
      [ada.id, bob.id].sort(),
    );
  });

  it("B2 B5: publishes to all, the sender included, and is acked with the position", async () => {
    const [ada, bob] = await pair();
    expect(await ada.publish("message", text("1"))).toMatchObject({ ok: true, offset: 1 });
    expect(await bob.publish("message", text("2"))).toMatchObject({ ok: true, offset: 2 });
    for (const each of [ada, bob]) {
      await until("both are heard", () => each.heard.length === 2);
      expect(texts(each)).toEqual([text("1"), text("2")]);
      expect(each.heard.map(({ offset }) => offset)).toEqual([1, 2]);
      expect(each.heard.map(({ from }) => from)).toEqual([ada.id, bob.id]);
    }
  });

  it("B14: a refusal is an answer, and the connection lives", async () => {
    const ada = await enter("Ada");
    expect(await ada.publish("message", { words: 1 })).toMatchObject({ ok: false, code: "invalid_data" });
    expect(await ada.publish("message", text("right"))).toMatchObject({ ok: true, offset: 1 });
  });

  it("B3: to all except the sender", async () => {
    const [ada, bob] = await pair();
    await ada.publish("message", text("not for me"), { echo: false });
    await ada.publish("message", text("for all"));
    await until("Bob hears both", () => bob.heard.length === 2);
    await until("Ada hears hers", () => ada.heard.length > 0);
    expect(texts(ada)).toEqual([text("for all")]);
  });

  it("B4 A8: to one by its id, and nobody else", async () => {
    const [ada, bob] = await pair();
    expect(await ada.publish("message", text("for Bob"), { to: bob.id })).toMatchObject({
      ok: true,
      delivered: true,
    });
    await ada.publish("message", text("for all"));
    await until("Bob hears both", () => bob.heard.length === 2);
    await until("Ada hears one", () => ada.heard.length > 0);
    expect(texts(ada)).toEqual([text("for all")]);
    expect(bob.heard[0]?.offset).toBeUndefined();
    expect(await ada.publish("message", text("x"), { to: "nobody" })).toMatchObject({
      code: "unknown_member",
    });
  });

  it("A5 B12: presence tells who is here, who came, and who left and why", async () => {
    const [ada, bob] = await pair();
    await until("each sees both", () => ada.members.length === 2 && bob.members.length === 2);
    const carol = await enter("Carol");
    await until("Carol is seen", () => ada.members.includes(carol.id));
    await carol[Symbol.asyncDispose]();
    await until("Carol is seen to go", () => ada.left.length > 0);
    expect(ada.left).toEqual([{ clientId: carol.id, reason: "closed" }]);
  });

  it("C8: history comes on joining, and by asking", async () => {
    const ada = await enter("Ada");
    for (const value of ["1", "2", "3"]) await ada.publish("message", text(value));
    const bob = await enter("Bob");
    await until("all is there", () => bob.heard.length === 3);
    expect(texts(bob)).toEqual(["1", "2", "3"].map(text));
    expect(await bob.history({ limit: 2 })).toEqual([2, 3]);
    expect(await bob.history({ before: 3 })).toEqual([1, 2]);
  });

  it("A14 S1 S2 S3: cut off, it comes back as itself, unnoticed, and gets what it missed, once", async () => {
    const [ada, bob] = await pair();
    const { id } = bob;
    await ada.publish("message", text("before"));
    await until("it is heard", () => bob.heard.length === 1);
    bob.cut();
    for (const value of ["1", "2"]) await ada.publish("message", text(value));
    await until("all is heard", () => bob.heard.length === 3);
    await ada.publish("message", text("after"));
    await until("the last is heard", () => bob.heard.length === 4);
    expect(bob.heard.map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
    expect(bob.id).toBe(id);
    expect(ada.left).toEqual([]);
    expect(await bob.publish("message", text("mine"))).toMatchObject({ ok: true, offset: 5 });
  });

  it("a kick ends it for good, with its code", async () => {
    const [ada, bob] = await pair();
    // Who came and went at once is not told of.
    await until("Bob is seen", () => ada.members.includes(bob.id));
    expect(server.hub.kick(bob.id)).toBe(true);
    await until("it is told", () => bob.ended !== undefined);
    expect(bob.ended).toBe(4506);
    await until("the others are told", () => ada.left.length > 0);
    expect(ada.left).toEqual([{ clientId: bob.id, reason: "kicked" }]);
  });

  it("64 KiB go through, in one message", async () => {
    const [ada, bob] = await pair();
    const blank = JSON.stringify({
      ...{ type: "publish", id: "x".repeat(22), room, event: "note", data: "" },
    });
    const data = "x".repeat(LARGEST - blank.length - ',"echo":false'.length);
    expect(await ada.publish("note", data)).toMatchObject({ ok: true });
    await until("it is heard", () => bob.heard.length === 1);
    expect(texts(bob)).toEqual([data]);
  });

  it("Unicode goes through as it is, in data and in names", async () => {
    const ada = await connect(server.url, room, "Ädä ☂");
    open.push(ada);
    const bob = await enter("Bob");
    await ada.publish("note", { [UNICODE]: [UNICODE, { "": null }] });
    await until("it is heard", () => bob.heard.length === 1);
    expect(texts(bob)).toEqual([{ [UNICODE]: [UNICODE, { "": null }] }]);
    expect(bob.heard[0]?.name).toBe("Ädä ☂");
  });

  it("A12 C9: a server that goes and comes again is noticed, and the connection comes back", async () => {
    const ada = await enter("Ada");
    await ada.publish("message", text("before"));
    const port = Number(new URL(server.url).port);
    await server.close();
    await until("the end is noticed", () => !ada.connected);
    await start(port);
    await until("it is back", () => ada.connected);
    expect(await ada.publish("message", text("after"))).toMatchObject({
      ok: true,
      offset: store === "memory" ? 1 : 2,
    });
  });
});
