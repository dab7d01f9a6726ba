/** What an operator sees when it asks, over real HTTP. */
import { describe, expect, it } from "vitest";

import { AdminStage } from "../../../test/admin-stage.ts";

describe("what an operator sees", () => {
  it("H-ADMIN-LOOK: the overview says what is here", async () => {
    await using stage = await AdminStage.start();
    await stage.connect({ name: "Ada" });
    await stage.publish("hi");
    const { json } = await stage.ask("/overview");
    expect(json).toMatchObject({
      server: { version: "1.2.3", node: "n1" },
      ...{
        connections: 1,
        sessions: 1,
        rooms: 1,
        eventsIn: 1,
        eventsOut: 1,
        draining: false,
        lastSecond: null,
      },
      store: { kind: "memory", durability: "memory", waiting: 0 },
      slow: { clients: 0, queuedBytes: 0 },
    });
    expect(json.memory.rssBytes).toBeGreaterThan(0);
  });

  it("H-ADMIN-LOOK: while somebody watches, it says what went on in the last second", async () => {
    await using stage = await AdminStage.start();
    const stream = await stage.listen("/live");
    expect((await stream.overview()).lastSecond).toBeNull();
    await stage.connect();
    await stage.publish("one");
    await stage.publish("two");
    const { lastSecond } = await stream.overview(({ eventsIn }) => eventsIn === 2);
    const { inPerSecond = 0, outPerSecond, deliverMs, cpu } = lastSecond ?? {};
    expect(inPerSecond).toBeGreaterThan(0);
    expect(outPerSecond).toBe(inPerSecond);
    expect(deliverMs!.p99).toBeGreaterThanOrEqual(deliverMs!.p50);
    expect(cpu).toBeGreaterThan(0);
    expect((await stage.ask("/overview")).json.lastSecond).not.toBeNull();
  });

  it("H-ADMIN-LOOK: rooms by page, order and name, those without a member too while something goes on in them", async () => {
    await using stage = await AdminStage.start();
    await Promise.all([
      stage.connect({ join: [{ room: "a" }, { room: "b" }] }),
      stage.connect({ join: [{ room: "b" }] }),
    ]);
    const names = async (query: string) => {
      const { json } = await stage.ask(`/rooms${query}`);
      return { names: json.rooms.map(({ room }) => room), total: json.total };
    };
    expect(await names("")).toEqual({ names: ["b", "a"], total: 2 });
    expect(await names("?order=name")).toEqual({ names: ["a", "b"], total: 2 });
    expect(await names("?order=name&skip=1&limit=1")).toEqual({ names: ["b"], total: 2 });
    expect(await names("?q=a")).toEqual({ names: ["a"], total: 1 });
    const stream = await stage.listen("/live");
    await stream.overview();
    await stage.publish("x", "prices");
    await stream.overview(({ eventsIn }) => eventsIn === 1);
    expect((await stage.ask("/rooms?order=rate")).json.rooms[0]).toMatchObject({ room: "prices", count: 0 });
  });

  it("H-ADMIN-LOOK: one room: who is in it, and how much of it is kept", async () => {
    await using stage = await AdminStage.start();
    const { clientId } = await stage.connect({ name: "Ada", join: [{ room: "r" }] });
    await stage.publish("one", "r");
    expect((await stage.ask("/rooms/r")).json).toMatchObject({
      ...{ room: "r", count: 1, floor: 0, top: 1, epoch: expect.any(String) },
      members: [{ clientId, name: "Ada" }],
    });
    expect((await stage.ask("/rooms/never-was")).json.error.code).toBe("not_found");
    expect((await stage.ask("/rooms/no%20room")).json.error.code).toBe("bad_room");
    expect((await stage.ask("/rooms/%E0%A4%A")).json.error.code).toBe("bad_message");
  });

  it("H-ADMIN-LOOK: the slowest readers come first", async () => {
    await using stage = await AdminStage.start();
    const ada = await stage.connect({ name: "Ada" });
    // With a blank, which no client id has by chance.
    await stage.connect({ name: "Bob Bly" });
    ada.connection.bufferedBytes = 100_000;
    const { json } = await stage.ask("/clients?order=queued");
    expect(json).toMatchObject({
      total: 2,
      clients: [{ name: "Ada", queuedBytes: 100_000 }, { name: "Bob Bly" }],
    });
    expect((await stage.ask("/clients?q=bob%20b")).json).toMatchObject({
      total: 1,
      clients: [{ name: "Bob Bly" }],
    });
    expect((await stage.ask("/clients?room=elsewhere")).json).toEqual({ total: 0, clients: [] });
    expect((await stage.ask("/overview")).json.slow).toEqual({ clients: 1, queuedBytes: 100_000 });
  });

  it.each([
    "/rooms?limit=0",
    "/rooms?limit=x",
    "/rooms?skip=-1",
    "/rooms?order=__proto__",
    "/clients?order=size",
  ])("H-ADMIN-BOUND: %s is refused", async (path) => {
    await using stage = await AdminStage.start();
    expect((await stage.ask(path)).json.error.code).toBe("bad_message");
  });

  it("H-ADMIN-BOUND: a page has an end, whatever is asked for", async () => {
    await using stage = await AdminStage.start();
    for (let n = 0; n < 300; n += 1) await stage.connect({ join: [{ room: `r${n}` }] });
    for (const [path, list] of [
      ["/rooms?limit=999999", "rooms"],
      ["/clients?limit=999999", "clients"],
    ] as const) {
      const { json } = await stage.ask(path);
      expect(json.total).toBe(300);
      expect(json[list]).toHaveLength(200);
    }
  });

  it("H-ADMIN-TIMELINE: what happened to a client: joined, refused, slow, left, closed", async () => {
    await using stage = await AdminStage.start();
    const stream = await stage.listen("/live");
    await stream.overview();
    const { connection, clientId, say } = await stage.connect({ join: [{ room: "r" }] });
    say({ type: "publish", id: "1", room: "elsewhere", event: "message", data: { text: "x" } });
    connection.bufferedBytes = 100_000;
    await stream.overview(({ slow }) => slow.clients === 1);
    stage.hub.kick(clientId);
    const { json } = await stage.ask(`/clients/${clientId}`);
    expect(json.client).toBeNull();
    expect(json.timeline).toMatchObject([
      { kind: "connected", transport: "fake" },
      { kind: "joined", room: "r" },
      { kind: "refused", code: "not_joined", request: "publish", room: "elsewhere" },
      { kind: "slow", queuedBytes: 100_000 },
      { kind: "left", room: "r", reason: "kicked" },
      { kind: "closed", code: 4506, by: "server" },
    ]);
    expect((await stage.ask("/clients/nobody")).json.error.code).toBe("unknown_member");
  });

  it("H-ADMIN-TIMELINE: of a client that was there before anybody watched it is known since when", async () => {
    await using stage = await AdminStage.start();
    const { clientId } = await stage.connect({ name: "Ada" });
    const { json } = await stage.ask(`/clients/${clientId}`);
    expect(json).toMatchObject({
      client: { clientId, name: "Ada", rooms: ["general"] },
      timeline: [{ kind: "connected" }],
    });
    expect(Math.abs(json.timeline[0]!.time - Date.now())).toBeLessThan(60_000);
  });

  it("H-ADMIN-CONTRACT: events, with the JSON Schema of their data", async () => {
    await using stage = await AdminStage.start();
    const { json } = await stage.ask("/contract");
    expect(json.strict).toBe(false);
    const event = (name: string) => json.events.find((each) => each.name === name);
    expect(event("message")).toMatchObject({
      ...{ kept: true, publisher: "anyone" },
      schema: {
        type: "object",
        required: ["text"],
        properties: { text: { type: "string", maxLength: 4000 } },
      },
    });
    expect(event("typing")?.kept).toBe(false);
    expect(event("tick")?.schema.required).toEqual(["symbol", "price", "time"]);
  });
});
