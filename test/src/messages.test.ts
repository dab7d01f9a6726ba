/** Rows B1–B14 and C1–C11 of the requirements, over a real socket to a real server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { ServerProcess } from "../harness/server-process.ts";

describe("messages and rooms", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  let made = 0;
  const newRoom = (): string => `room-${(made += 1)}`;
  const people = async (room: string, count: number): Promise<BareClient[]> =>
    Promise.all(Array.from({ length: count }, () => BareClient.join(server.ws, { join: [{ room }] })));
  const end = (clients: BareClient[]): Promise<unknown> =>
    Promise.all(clients.map((client) => client.close()));

  it("B1: an answer goes to the sender alone", async () => {
    const [ada, bob] = (await people(newRoom(), 2)) as [BareClient, BareClient];
    ada.say({ type: "history", id: "h1", room: "elsewhere" });
    expect(await ada.hear("error")).toMatchObject({ id: "h1", code: "not_joined", retry: "no" });
    await bob.settle();
    expect(bob.all("error")).toEqual([]);
    await end([ada, bob]);
  });

  it("B2 B7 C3: a message goes to all members, the sender included, stamped with user and time", async () => {
    const room = newRoom();
    const all = await people(room, 3);
    const before = Date.now();
    const ack = await (all[0] as BareClient).publish(room, "message", { text: "to all" });
    for (const client of all) {
      const event = await client.hear("event");
      expect(event).toMatchObject({
        room,
        event: "message",
        data: { text: "to all" },
        id: ack.id,
        offset: 1,
      });
      expect(event.from).toEqual({ clientId: all[0]?.id, user: `guest:${all[0]?.id ?? ""}`, name: "" });
      expect(event.time).toBeGreaterThanOrEqual(before - 1);
      expect(event.time).toBe(ack.time);
    }
    await end(all);
  });

  it("B3: echo:false reaches all but the sender, whose ack stands for the offset", async () => {
    const room = newRoom();
    const [ada, bob] = (await people(room, 2)) as [BareClient, BareClient];
    const ack = await ada.publish(room, "message", { text: "not for me" }, { echo: false });
    expect(ack.position?.offset).toBe(1);
    await bob.hear("event", ({ id }) => id === ack.id);
    await ada.settle();
    expect(ada.texts(room)).toEqual([]);
    await end([ada, bob]);
  });

  it("B4: to one client by its id, and an unknown one is said to be unknown", async () => {
    const room = newRoom();
    const all = (await people(room, 3)) as [BareClient, BareClient, BareClient];
    const [ada, bob, eve] = all;
    const ack = await ada.publish(room, "message", { text: "psst" }, { to: bob.id });
    expect(ack.delivered).toBe(true);
    expect(ack.position).toBeUndefined();
    const event = await bob.hear("event", ({ id }) => id === ack.id);
    expect(event.offset).toBeUndefined();
    await eve.settle();
    expect(eve.texts(room)).toEqual([]);
    ada.say({ type: "publish", id: "nobody", room, event: "message", data: { text: "?" }, to: "nobody" });
    expect(await ada.hear("error")).toMatchObject({ id: "nobody", code: "unknown_member" });
    await end(all);
  });

  it("B5: named events of one's own, acknowledged", async () => {
    const room = newRoom();
    const [ada, bob] = (await people(room, 2)) as [BareClient, BareClient];
    const ack = await ada.publish(room, "invoice.paid", { amount: 12.5, lines: [1, 2] });
    expect((await bob.hear("event")).data).toEqual({ amount: 12.5, lines: [1, 2] });
    expect(ack.position).toMatchObject({ offset: 1 });
    await end([ada, bob]);
  });

  it("B8 B14: empty, broken, unknown, binary and oversized frames are answered by their code, nobody else notices", async () => {
    const room = newRoom();
    const [ada, bob] = (await people(room, 2)) as [BareClient, BareClient];
    ada.sayRaw("");
    ada.sayRaw("{");
    ada.sayRaw("[]");
    ada.sayRaw(Buffer.from([1, 2, 3]));
    ada.say({ type: "nonsense", id: "u" });
    ada.say({ type: "publish", id: "r", room: "no such name!", event: "message", data: {} });
    ada.say({ type: "publish", id: "e", room, event: "Nope", data: {} });
    ada.say({ type: "publish", id: "v", room, event: "join", data: {} });
    ada.say({ type: "publish", id: "d", room, event: "message", data: { text: "" } });
    ada.say({ type: "publish", id: "n", room: "elsewhere", event: "message", data: { text: "x" } });
    await ada.settle();
    const codes = ada.all("error").map(({ id, code }) => [id, code]);
    expect(codes).toEqual([
      [undefined, "bad_message"],
      [undefined, "bad_message"],
      [undefined, "bad_message"],
      ["u", "unknown_type"],
      ["r", "bad_room"],
      ["e", "bad_event"],
      ["v", "reserved_event"],
      ["d", "invalid_data"],
      ["n", "not_joined"],
    ]);
    ada.sayRaw("x".repeat(64 * 1024 + 1));
    expect((await ada.closed()).code).toBe(1009);
    await bob.publish(room, "message", { text: "fine" });
    expect(bob.texts(room)).toEqual(["fine"]);
    await bob.close();
  });

  it("B8: what comes before hello is answered hello_required and reaches nobody", async () => {
    const room = newRoom();
    const [bob] = (await people(room, 1)) as [BareClient];
    const stranger = await BareClient.open(server.ws);
    stranger.say({ type: "publish", id: "p", room, event: "message", data: { text: "sneaky" } });
    expect(await stranger.hear("error")).toMatchObject({ id: "p", code: "hello_required" });
    stranger.say({ type: "hello", protocol: 1, join: [{ room }] });
    await stranger.hear("joined");
    await bob.settle();
    expect(bob.texts(room)).toEqual([]);
    await end([bob, stranger]);
  });

  it("B12: a status is told to who is there, and is not kept", async () => {
    const room = newRoom();
    const [ada, bob] = (await people(room, 2)) as [BareClient, BareClient];
    const ack = await ada.publish(room, "status", { text: "lunch" });
    expect(ack.position).toBeUndefined();
    expect((await bob.hear("event")).offset).toBeUndefined();
    const late = await BareClient.join(server.ws, { join: [{ room }] });
    expect(late.all("joined")[0]?.events).toEqual([]);
    await end([ada, bob, late]);
  });

  it("C1 C5 C6: rooms have names, are chosen at connect or later, and keep their messages apart", async () => {
    const [red, blue] = [newRoom(), newRoom()];
    const ada = await BareClient.join(server.ws, { join: [{ room: red }, { room: blue }] });
    expect(ada.all("joined").map(({ room }) => room)).toEqual([red, blue]);
    const bob = await BareClient.join(server.ws, { join: [] });
    bob.say({ type: "join", id: "j", room: blue });
    expect(await bob.hear("joined")).toMatchObject({ id: "j", room: blue, count: 2 });
    await ada.publish(red, "message", { text: "red" });
    await ada.publish(blue, "message", { text: "blue" });
    await bob.hear("event");
    expect(bob.all("event").map(({ data }) => data)).toEqual([{ text: "blue" }]);
    await end([ada, bob]);
  });

  it("C2: joining is announced in the room", async () => {
    const room = newRoom();
    const [ada] = (await people(room, 1)) as [BareClient];
    const bob = await BareClient.join(server.ws, { name: "Bob", join: [{ room, state: { mood: "new" } }] });
    const told = await ada.hear(
      "presence",
      ({ joined }) => joined?.some(({ clientId }) => clientId === bob.id) ?? false,
    );
    expect(told.joined?.find(({ clientId }) => clientId === bob.id)).toMatchObject({
      name: "Bob",
      state: { mood: "new" },
    });
    expect(told.count).toBe(2);
    await end([ada, bob]);
  });

  it("C4: without a word about rooms one is in general", async () => {
    const ada = await BareClient.join(server.ws);
    expect(ada.all("joined").map(({ room }) => room)).toEqual(["general"]);
    await ada.close();
  });

  it("C8 C9: the history comes on joining, and survives a SIGKILL and a restart", async () => {
    const room = newRoom();
    const [ada] = (await people(room, 1)) as [BareClient];
    for (const text of ["one", "two", "three"]) await ada.publish(room, "message", { text });
    const { position } = ada.all("ack").at(-1) ?? {};
    await server.kill();
    await server.boot();
    const late = await BareClient.join(server.ws, { join: [{ room, history: 2 }] });
    const [joined] = late.all("joined");
    expect(joined?.events.map(({ data }) => data)).toEqual([{ text: "two" }, { text: "three" }]);
    expect(joined?.position).toEqual(position);
    const back = await BareClient.join(server.ws, {
      join: [{ room, since: { epoch: position?.epoch ?? "", offset: 1 } }],
    });
    expect(back.all("joined")[0]).toMatchObject({ recovered: true, events: [{ offset: 2 }, { offset: 3 }] });
    await end([late, back]);
  });

  it("C10 C11: two windows of one person see each other live", async () => {
    const room = newRoom();
    const windows = (await people(room, 2)) as [BareClient, BareClient];
    await windows[0].publish(room, "message", { text: "from the first" });
    await windows[1].publish(room, "message", { text: "from the second" });
    for (const window of windows) await window.hear("event", ({ offset }) => offset === 2);
    expect(windows.map((window) => window.texts(room))).toEqual([
      ["from the first", "from the second"],
      ["from the first", "from the second"],
    ]);
    await end(windows);
  });
});
