/** A stock Socket.IO client, with nothing of ours, in a room with whoever else is there. */
import { MAX_ID_AGE_MS } from "@roomcast/protocol";
import { createServer, type RoomcastServer } from "@roomcast/server";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { until } from "../harness/until.ts";

const WAYS = [
  ["long-polling alone", ["polling"]],
  ["a WebSocket alone", ["websocket"]],
  ["long-polling, then a WebSocket", ["polling", "websocket"]],
] as const;

describe.each(WAYS)("a stock Socket.IO client over %s", (_, transports) => {
  let server: RoomcastServer;
  let socket: Socket;
  let bob: BareClient;
  const heard: unknown[][] = [];

  beforeAll(async () => {
    server = await createServer({
      ...{ store: "memory", port: 0, host: "127.0.0.1", log: "silent" },
      namespaces: { "/ops": { room: "operations" } },
    });
    await server.listen();
    bob = await BareClient.join(`${server.url.replace("http", "ws")}/v1/ws`, { name: "Bob" });
    socket = io(server.url, { transports: [...transports], auth: { name: "Ann" } });
    socket.onAny((...args: unknown[]) => heard.push(args));
    await until("it is connected", () => socket.connected);
    await until("it is where it wants to be", () => socket.io.engine.transport.name === transports.at(-1));
  });

  afterAll(async () => {
    socket.disconnect();
    await bob.close();
    await server.close();
  });

  const heardAs = (name: string): unknown[][] => heard.filter(([event]) => event === name);

  it("P-SIO-1: is welcomed, and enters the default room under its own id", async () => {
    await until("the room is entered", () => heardAs("joined").length > 0);
    expect(heardAs("welcome")[0]?.[1]).toMatchObject({ type: "welcome", clientId: socket.id });
    expect(heardAs("joined")[0]?.[1]).toMatchObject({ room: "general", count: 2 });
    const members = await server.rooms.get("general").members();
    expect(members.ok && members.value.map(({ clientId }) => clientId)).toContain(socket.id);
  });

  it("P-SIO-2 P-SIO-3 P-SIO-4 P-PUB-13: publishes by emit, is acked, and hears what everybody hears", async () => {
    const acked = (await socket.emitWithAck("message", { text: "from Ann" }, { id: "a1" })) as unknown;
    expect(acked).toMatchObject({ ok: true, id: "a1", room: "general", position: { offset: 1 } });
    const late = { id: "a1", age: MAX_ID_AGE_MS + 1 };
    expect(await socket.emitWithAck("message", { text: "again, days later" }, late)).toMatchObject({
      ...{ ok: false, code: "id_expired" },
    });
    const event = await bob.hear("event", ({ id }) => id === "a1");
    expect(event).toMatchObject({ data: { text: "from Ann" }, from: { clientId: socket.id, name: "Ann" } });
    const sent = await bob.publish("general", "message", { text: "from Bob" });
    await until("Ann hears Bob", () => heardAs("message").length === 2);
    expect(heardAs("message").map(([, data]) => data)).toEqual([{ text: "from Ann" }, { text: "from Bob" }]);
    expect(heardAs("message")[1]?.[2]).toEqual({
      ...{ room: "general", id: sent.id, time: sent.time, offset: 2 },
      from: { clientId: bob.id, user: `guest:${bob.id}`, name: "Bob" },
    });
  });

  it("P-SIO-3: what is refused is told to the callback, or as an error where there is none", async () => {
    const refused = async (name: string, ...args: unknown[]): Promise<unknown> =>
      socket.emitWithAck(name, ...args);
    expect(await refused("message", { words: 1 })).toMatchObject({ ok: false, code: "invalid_data" });
    expect(await refused("joined", {})).toMatchObject({ ok: false, code: "reserved_event", retry: "no" });
    expect(await refused("No Event", {})).toMatchObject({ ok: false, code: "bad_event" });
    expect(await refused("message", { text: "x" }, { room: "elsewhere" })).toMatchObject({
      code: "not_joined",
    });
    expect(await refused("message", { text: Buffer.from("x") })).toMatchObject({ code: "invalid_data" });
    socket.emit("message", { text: "" });
    await until("it is told", () => heardAs("error").length > 0);
    expect(heardAs("error")[0]?.[1]).toMatchObject({ code: "invalid_data", retry: "no" });
  });

  it("P-SIO-2: joins, tells its state, reads history and leaves by emits of those names", async () => {
    const ask = async (name: string, data: object): Promise<unknown> => socket.emitWithAck(name, data);
    expect(await ask("join", { room: "second", state: { mood: "fine" } })).toMatchObject({
      ...{ ok: true, room: "second", count: 1, events: [] },
      members: [{ clientId: socket.id, state: { mood: "fine" } }],
    });
    expect(await ask("presence", { room: "second", state: { mood: "better" } })).toMatchObject({ ok: true });
    expect(await ask("history", { room: "general", limit: 1 })).toMatchObject({ ok: true, more: true });
    expect(await ask("leave", { room: "second" })).toMatchObject({ ok: true, reason: "left" });
    expect(await ask("leave", { room: "second" })).toMatchObject({ ok: false, code: "not_joined" });
  });

  it("P-SIO-7: another namespace is invalid, or one that the application has named", async () => {
    const failed: Error[] = [];
    const invalid = socket.io.socket("/nowhere").on("connect_error", (error) => failed.push(error));
    invalid.connect();
    await until("it is refused", () => failed.length > 0);
    expect(failed[0]?.message).toBe("Invalid namespace");
    const joined: unknown[] = [];
    const ops = socket.io.socket("/ops").on("joined", (room) => joined.push(room));
    ops.connect();
    await until("it is entered", () => joined.length > 0);
    expect(joined[0]).toMatchObject({ room: "operations", count: 1 });
    expect(ops.id).not.toBe(socket.id);
    ops.disconnect();
    await until("it has left", () => server.rooms.list().every(({ room }) => room !== "operations"));
  });
});
