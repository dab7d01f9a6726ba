/** Stock connection-state recovery: a Socket.IO client that was away gets what it missed, in all its rooms, once. */
import { createServer, type RoomcastServer } from "@roomcast/server";
import { rmSync } from "node:fs";
import { io, type Socket } from "socket.io-client";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";

import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

const ROOMS = ["red", "green"] as const;

class Member {
  readonly socket: Socket;
  readonly texts: string[] = [];
  readonly joined: { readonly room: string; readonly events: readonly unknown[] }[] = [];
  welcomes = 0;

  constructor(url: string, transports: readonly string[]) {
    this.socket = io(url, {
      transports: [...transports],
      auth: { join: ROOMS.map((room) => ({ room })) },
      reconnection: false,
    });
    this.socket
      .on("message", ({ text }: { text: string }) => this.texts.push(text))
      .on("joined", (joined: Member["joined"][number]) => this.joined.push(joined))
      .on("welcome", () => (this.welcomes += 1));
  }

  async isHere(): Promise<void> {
    await until("it is connected, and knows its rooms", () => this.joined.length >= ROOMS.length);
  }

  async isCut(): Promise<void> {
    this.joined.length = 0;
    // Without a word to the server.
    this.socket.io.engine.close();
    await until("it is cut", () => !this.socket.connected);
  }
}

const numbers = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(from + index));

describe.each([["polling"], ["websocket"]])("over %s", (transport) => {
  const servers: RoomcastServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  it("P-SIO-5: ten seconds and 50 events later it is recovered, and has each of them once", async () => {
    const server = await createServer({ store: "memory", port: 0, host: "127.0.0.1", log: "silent" });
    servers.push(server);
    await server.listen();
    const publish = async (text: string): Promise<void> => {
      await server.rooms.get(ROOMS[Number(text) % 2] ?? "red").publish("message", { text });
    };
    const member = new Member(server.url, [transport]);
    onTestFinished(() => void member.socket.disconnect());
    await member.isHere();
    const { id } = member.socket;
    await publish("0");
    await until("it hears", () => member.texts.length === 1);
    await member.isCut();
    const awayUntil = performance.now() + 10_000;
    for (const text of numbers(1, 50)) await publish(text);
    await until("ten seconds have passed", () => performance.now() >= awayUntil);
    member.socket.connect();
    await member.isHere();
    expect(member.socket.recovered).toBe(true);
    expect(member.socket.id).toBe(id);
    expect(member.texts).toEqual(numbers(0, 51));
    expect(member.joined).toMatchObject(
      ROOMS.map((room) => ({ room, recovered: true, events: [], count: 1 })),
    );
    await publish("51");
    await until("it hears what is new", () => member.texts.length === 52);
    expect(member.texts).toEqual(numbers(0, 52));
  });

  it("P-SIO-5: a client that was cut before its first event, and one that only joined a room, lose nothing", async () => {
    const server = await createServer({ store: "memory", port: 0, host: "127.0.0.1", log: "silent" });
    servers.push(server);
    await server.listen();
    const blue = server.rooms.get("blue");
    await blue.publish("message", { text: "before" });
    const member = new Member(server.url, [transport]);
    onTestFinished(() => void member.socket.disconnect());
    await member.isHere();
    await blue.publish("message", { text: "on connection" });
    const joined = (await member.socket.emitWithAck("join", { room: "blue" })) as { events: unknown[] };
    expect(joined.events).toHaveLength(2);
    await member.isCut();
    for (const room of ["red", "blue"]) await server.rooms.get(room).publish("message", { text: room });
    member.socket.connect();
    await until("it knows all three rooms", () => member.joined.length === 3);
    expect(member.socket.recovered).toBe(true);
    expect(member.texts).toEqual(["red", "blue"]);
  });

  it("P-SIO-11: the ack of a publish without echo stands for the event: it does not come again", async () => {
    const server = await createServer({ store: "memory", port: 0, host: "127.0.0.1", log: "silent" });
    servers.push(server);
    await server.listen();
    const member = new Member(server.url, [transport]);
    onTestFinished(() => void member.socket.disconnect());
    await member.isHere();
    await member.socket.emitWithAck("message", { text: "mine" }, { echo: false });
    await member.isCut();
    await server.rooms.get("red").publish("message", { text: "another's" });
    member.socket.connect();
    await member.isHere();
    expect(member.texts).toEqual(["another's"]);
  });

  it("P-SIO-5: a killed server makes no difference, and a store that is another one does", async () => {
    await using server = await ServerProcess.start();
    const publish = async (room: string, text: string): Promise<void> => {
      const answer = await fetch(`${server.http}/v1/rooms/${room}/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ event: "message", data: { text } }),
      });
      expect(answer.status).toBe(200);
    };
    const member = new Member(server.http, [transport]);
    onTestFinished(() => void member.socket.disconnect());
    await member.isHere();
    await publish("red", "0");
    await until("it hears", () => member.texts.length === 1);
    const { id } = member.socket;
    member.joined.length = 0;
    await server.kill();
    await until("it notices", () => !member.socket.connected);
    await server.boot();
    for (const text of numbers(1, 50)) await publish(ROOMS[Number(text) % 2] ?? "red", text);
    member.socket.connect();
    await member.isHere();
    expect([member.socket.recovered, member.socket.id]).toEqual([true, id]);
    expect(member.texts).toEqual(numbers(0, 51));

    member.joined.length = 0;
    await server.kill();
    await until("it notices", () => !member.socket.connected);
    rmSync(server.dataDir, { recursive: true });
    await server.boot();
    member.socket.connect();
    await member.isHere();
    expect([member.socket.recovered, member.socket.id === id]).toEqual([false, false]);
  });
});
