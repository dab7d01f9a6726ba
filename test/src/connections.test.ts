/** Rows A1–A17 of the requirements: who is connected, who went, and that both ends know. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

describe("connections", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const linesAbout = (clientId: string): string[] =>
    server.log.filter((line) => JSON.stringify(line).includes(clientId)).map((line) => String(line["msg"]));

  it("A1 A2 A4: the log names each client that came and went, once", async () => {
    const ada = await BareClient.join(server.ws, { name: "Ada" });
    await ada.close(1000);
    await until("the log tells of the end", () => linesAbout(ada.id).length >= 2);
    const about = server.log.filter((line) => JSON.stringify(line).includes(ada.id));
    expect(about).toHaveLength(2);
    expect(JSON.stringify(about[1])).toContain("Ada");
    expect(JSON.stringify(about[1])).toContain("1000");
  });

  it("A3 A6 A8: every client has an id of its own, known at both ends, by which others reach it", async () => {
    const [ada, bob] = await Promise.all([BareClient.join(server.ws), BareClient.join(server.ws)]);
    expect(ada.id).not.toBe(bob.id);
    const ack = await ada.publish("general", "message", { text: "for you alone" }, { to: bob.id });
    expect(ack.delivered).toBe(true);
    const event = await bob.hear("event", ({ id }) => id === ack.id);
    expect(event.from.clientId).toBe(ada.id);
    await ada.settle();
    expect(ada.texts()).toEqual([]);
    await Promise.all([ada.close(), bob.close()]);
  });

  it("A5: the others are told who left, and why", async () => {
    const room = [{ room: "A5" }];
    const [stays, leaves, vanishes] = [
      await BareClient.join(server.ws, { join: room }),
      await BareClient.join(server.ws, { join: room }),
      await BareClient.join(server.ws, { join: room }),
    ];
    leaves.say({ type: "leave", id: "l", room: "A5" });
    const left = await stays.hear(
      "presence",
      ({ left }) => left?.some(({ clientId }) => clientId === leaves.id) ?? false,
    );
    expect(left.left).toEqual([{ clientId: leaves.id, reason: "left" }]);
    await vanishes.close(1000);
    const closed = await stays.hear(
      "presence",
      (p) => p.left?.some(({ clientId }) => clientId === vanishes.id) ?? false,
    );
    expect(closed.left).toEqual([{ clientId: vanishes.id, reason: "closed" }]);
    expect(closed.count).toBe(1);
    await stays.close();
  });

  it("A7: many closes leave the others untouched", async () => {
    const survivor = await BareClient.join(server.ws);
    const crowd = await Promise.all(Array.from({ length: 50 }, () => BareClient.join(server.ws)));
    for (const [index, client] of crowd.entries()) {
      if (index % 2 === 0) client.socket.terminate();
      else client.socket.close(1000);
    }
    await survivor.publish("general", "message", { text: "still here" });
    await survivor.hear("event", ({ data }) => JSON.stringify(data).includes("still here"));
    expect(survivor.ended).toBeUndefined();
    await survivor.close();
  });

  it("A9: a room's count grows on joining and shrinks on every kind of end", async () => {
    const count = async (): Promise<number> => {
      const answer = await fetch(`${server.http}/v1/rooms/A9/members`);
      return ((await answer.json()) as { count: number }).count;
    };
    const join = [{ room: "A9" }];
    const [first, second] = [
      await BareClient.join(server.ws, { join }),
      await BareClient.join(server.ws, { join }),
    ];
    expect(await count()).toBe(2);
    await first.close(1000);
    await until("the first is gone", async () => (await count()) === 1);
    second.say({ type: "leave", id: "l", room: "A9" });
    await second.hear("left");
    expect(await count()).toBe(0);
    await second.close();
  });

  it("A10 A11: a close frame ends and cleans up by itself, its code and reason reach both ends", async () => {
    const client = await BareClient.join(server.ws);
    client.socket.close(4321, "my own reason");
    await client.closed();
    await until("the log tells of it", () => linesAbout(client.id).length >= 2);
    const about = JSON.stringify(
      server.log.filter((line) => JSON.stringify(line).includes(client.id)).at(-1),
    );
    expect(about).toContain("4321");
    expect(about).toContain("my own reason");
    const second = await BareClient.join(server.ws);
    second.say({ type: "hello", protocol: 1 });
    expect(await second.closed()).toMatchObject({ code: 4429 });
  });

  it("A17: the server idles happily with nobody there", async () => {
    await until("everybody is gone", async () => {
      const answer = await fetch(`${server.http}/v1/rooms`);
      const { rooms } = (await answer.json()) as { rooms?: unknown[] };
      // Whoever asks this often is asked to wait.
      return rooms?.length === 0;
    });
    expect((await fetch(`${server.http}/healthz`)).ok).toBe(true);
    const late = await BareClient.join(server.ws);
    expect(late.welcome.clientId).toBeTruthy();
    await late.close();
  });
});
