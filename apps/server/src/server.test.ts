/** Roomcast as a library: wired together, on real sockets, with the memory store. */
import { defineContract } from "@roomcast/protocol";
import { once } from "node:events";
import { createServer as createHttpServer, get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import * as v from "valibot";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";

import { BareSocket } from "../test/bare-socket.ts";
import {
  answer,
  change,
  createServer,
  refuse,
  type RoomcastServer,
  type ServerOptions,
  StartError,
} from "./index.ts";

const QUIET = { store: "memory", log: "silent", port: 0, host: "127.0.0.1" } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function started(options: ServerOptions = {}): Promise<RoomcastServer> {
  const server = await createServer({ ...QUIET, ...options });
  open.push(server);
  await server.listen();
  return server;
}

const portOf = (server: RoomcastServer): number => Number(new URL(server.url).port);

async function member(server: RoomcastServer, hello: object = {}): Promise<BareSocket> {
  const socket = await BareSocket.open(portOf(server));
  socket.say({ type: "hello", protocol: 1, ...hello });
  expect(await socket.message()).toMatchObject({ type: "welcome" });
  expect(await socket.message()).toMatchObject({ type: "joined" });
  return socket;
}

async function next(socket: BareSocket, type: string): Promise<Record<string, unknown>> {
  for (;;) {
    const message = await socket.message();
    if (message["type"] === type) return message;
  }
}

const post = (server: RoomcastServer, body: object): Promise<Response> =>
  fetch(`${server.url}/v1/rooms/general/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("the server as a library", () => {
  it("D8: any code publishes into a room, reads it, and sees who is there", async () => {
    const server = await started();
    const ada = await member(server, { name: "Ada" });
    const room = server.rooms.get("general");
    const published = await room.publish("message", { text: "from a route" }, { id: "p1" });
    expect(published).toMatchObject({
      ok: true,
      value: { id: "p1", room: "general", position: { offset: 1 } },
    });
    expect(await next(ada, "event")).toMatchObject({
      data: { text: "from a route" },
      from: { clientId: null, user: "server" },
    });
    expect(await room.history()).toMatchObject({ ok: true, value: { events: [{ id: "p1" }], more: false } });
    expect(await room.members()).toMatchObject({ ok: true, value: [{ name: "Ada" }] });
    expect(server.rooms.list()).toEqual([{ room: "general", count: 1 }]);
    ada.destroy();
  });

  it("B14: what the contract refuses is a value, not a throw", async () => {
    const server = await started();
    const published = await server.rooms.get("general").publish("message", { text: "" });
    expect(published).toMatchObject({ ok: false, error: { code: "invalid_data" } });
    expect(await server.rooms.get("no room!").publish("message", { text: "x" })).toMatchObject({
      ok: false,
      error: { code: "bad_room" },
    });
  });

  it("B10 B11: handlers refuse, change and answer, over sockets and plain HTTP alike", async () => {
    const seen: unknown[] = [];
    const server = await started({
      handlers: {
        message({ data, from, room }) {
          seen.push([room, from.user.split(":")[0], data.text]);
          if (data.text === "bad") return refuse("not here");
          if (data.text === "who") return answer({ you: from.user });
          if (data.text === "loud") return change({ text: "LOUD" });
        },
      },
    });
    const ada = await member(server);
    for (const text of ["bad", "who", "loud", "plain"])
      ada.say({ type: "publish", id: text, room: "general", event: "message", data: { text } });
    expect(await next(ada, "error")).toMatchObject({ id: "bad", code: "forbidden", message: "not here" });
    expect(await next(ada, "ack")).toMatchObject({
      id: "who",
      answer: { you: expect.stringMatching(/^guest:/) },
    });
    expect(await next(ada, "event")).toMatchObject({ id: "loud", data: { text: "LOUD" } });
    expect(await next(ada, "event")).toMatchObject({ id: "plain", data: { text: "plain" } });
    expect((await post(server, { event: "message", data: { text: "bad" } })).status).toBe(403);
    expect(await (await post(server, { event: "message", data: { text: "who" } })).json()).toMatchObject({
      answer: { you: "guest" },
    });
    expect(seen).toContainEqual(["general", "guest", "loud"]);
    ada.destroy();
  });

  it("C7: a policy of one's own decides who enters", async () => {
    const server = await started({
      policy: {
        authenticate: (token) =>
          token === "t"
            ? { ok: true, value: { user: "ada" } }
            : { ok: false, error: { code: "unauthorised", message: "no" } },
        authorise: () => undefined,
      },
    });
    const socket = await BareSocket.open(portOf(server));
    socket.say({ type: "hello", protocol: 1 });
    expect(await socket.closeFrame()).toMatchObject({ code: 4501 });
    expect((await fetch(`${server.url}/v1/rooms`)).status).toBe(401);
    expect((await fetch(`${server.url}/v1/rooms`, { headers: { authorization: "Bearer t" } })).status).toBe(
      200,
    );
  });

  it("W-HOOK D10: the application's own sessions let in before anything is accepted, by socket and plain HTTP", async () => {
    const server = await started({
      authenticate: async ({ headers: { cookie } }) => {
        if (cookie === "sid=1") return { user: "ada", name: "Ada" };
        return cookie === undefined ? undefined : refuse("log in again", "unauthorised");
      },
    });
    const upgraded = async (cookie: string): Promise<string> => {
      const socket = await BareSocket.connect(portOf(server));
      const head = await socket.handshake({ Cookie: cookie });
      socket.destroy();
      return head;
    };
    expect(await upgraded("sid=1")).toMatch(/^HTTP\/1\.1 101 /);
    expect(await upgraded("sid=2")).toMatch(/^HTTP\/1\.1 401 /);
    const ada = await BareSocket.open(portOf(server), { Cookie: "sid=1" });
    ada.say({ type: "hello", protocol: 1, name: "Mallory" });
    expect(await ada.message()).toMatchObject({ type: "welcome", user: "ada" });
    expect(await next(ada, "joined")).toMatchObject({ members: [{ user: "ada", name: "Ada" }] });
    const stranger = await BareSocket.open(portOf(server));
    stranger.say({ type: "hello", protocol: 1 });
    expect(await stranger.closeFrame()).toMatchObject({ code: 4501 });
    const rooms = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${server.url}/v1/rooms`, { headers })).status;
    expect([await rooms({ cookie: "sid=1" }), await rooms({ cookie: "sid=2" }), await rooms({})]).toEqual([
      200, 401, 401,
    ]);
    for (const socket of [ada, stranger]) socket.destroy();
  });

  it("B4 A8: a client is taken out of a room, and the room is told", async () => {
    const server = await started();
    const socket = await BareSocket.open(portOf(server));
    socket.say({ type: "hello", protocol: 1 });
    const { clientId } = await socket.message();
    await next(socket, "joined");
    expect(server.rooms.get("general").kick("nobody")).toBe(false);
    expect(server.rooms.get("general").kick(String(clientId))).toBe(true);
    expect(await next(socket, "left")).toMatchObject({ room: "general", reason: "kicked" });
    socket.destroy();
  });

  it("W-13: the time to say hello and the burst of messages are settings", async () => {
    const server = await started({ helloTimeoutMs: 20, messagesPerSecond: 1 });
    const silent = await BareSocket.open(portOf(server));
    expect(await silent.closeFrame()).toMatchObject({ code: 4408 });
    const eager = await member(server);
    for (let ping = 0; ping < 4; ping += 1) eager.say({ type: "ping" });
    expect(await next(eager, "error")).toMatchObject({ code: "overloaded" });
    silent.destroy();
    eager.destroy();
  });
});

/** By a TCP connection of its own, as browsers may and Node's Socket.IO client does. */
async function getAlone(
  url: string,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const [response] = (await once(get(url, { agent: false }), "response")) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

describe("the life of a server", () => {
  it.each(["memory", "sqlite"] as const)(
    "W-14 P-DRAIN-1 P-SIO-9: who polls is told by the next poll, and who comes new is refused (%s)",
    async (store) => {
      const dataDir = mkdtempSync(join(tmpdir(), "roomcast-"));
      const server = await started({ store, dataDir });
      const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await getAlone(url)).body.slice(1)) as { sid: string };
      await fetch(`${url}&sid=${sid}`, { method: "POST", body: "40" });
      let heard = "";
      while (!heard.includes('"joined"')) heard += (await getAlone(`${url}&sid=${sid}`)).body;
      const closing = server.close();
      await expect.poll(async () => (await getAlone(url)).status).toBe(503);
      expect((await getAlone(`${server.url}/readyz`)).status).toBe(503);
      expect((await getAlone(`${server.url}/v1/rooms/general/stream`)).body).toContain("closed with 1012");
      const last = (await getAlone(`${url}&sid=${sid}`)).body;
      expect(last).toMatch(/42\["drain",\{.*"reconnectAfterMs":\d+.*42\["error",\{"closeCode":1012,/);
      // Apart from events, which a stock client would otherwise hear again when it is back.
      expect((await getAlone(`${url}&sid=${sid}`)).body).toBe("6\x1e1");
      await closing;
      await expect(getAlone(url)).rejects.toThrow("ECONNREFUSED");
      rmSync(dataDir, { recursive: true });
    },
  );

  it("W-14: closing tells every client, ends every socket and answers no more", async () => {
    const server = await started();
    const ada = await member(server);
    const { url } = server;
    const closing = server.close();
    expect(await next(ada, "drain")).toMatchObject({ reconnectAfterMs: expect.any(Number) });
    expect(await ada.closeFrame()).toMatchObject({ code: 1012 });
    ada.destroy();
    await closing;
    await expect(fetch(url)).rejects.toThrow();
    await server.close();
  });

  it("H-5: readyz says no as soon as the server drains", async () => {
    const http = createHttpServer();
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const server = await createServer({ ...QUIET, server: http });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.hub.drain();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await server.close();
    http.closeAllConnections();
    http.close();
  });

  it("D6 D29: in a server of yours it takes its own, gives the rest to you, and leaves the server open", async () => {
    const http = createHttpServer((request, response) => response.end(`mine: ${request.url}`));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const server = await createServer({ ...QUIET, server: http });
    expect(server.url).toBe(origin);
    const ada = await member(server);
    expect(await (await fetch(`${origin}/v1/rooms`)).json()).toEqual({
      rooms: [{ room: "general", count: 1 }],
    });
    expect(await (await fetch(`${origin}/`)).text()).toBe("mine: /");
    const closing = server.close();
    expect(await ada.closeFrame()).toMatchObject({ code: 1012 });
    ada.destroy();
    await closing;
    expect(await (await fetch(`${origin}/v1/rooms`)).text()).toBe("mine: /v1/rooms");
    http.closeAllConnections();
    http.close();
  });

  it("D29: as a request handler it calls next for what is not its own", async () => {
    const server = await createServer(QUIET);
    open.push(server);
    const http = createHttpServer((request, response) => {
      if (request.url === "/bare") server.requestHandler(request, response);
      else server.requestHandler(request, response, () => response.end("next"));
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    expect(await (await fetch(`${origin}/v1/rooms`)).json()).toEqual({ rooms: [] });
    expect(await (await fetch(`${origin}/else`)).text()).toBe("next");
    expect((await fetch(`${origin}/bare`)).status).toBe(404);
    http.closeAllConnections();
    http.close();
  });

  it("W-8: a port in use is a StartError of one sentence", async () => {
    const taken = createTcpServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const server = await createServer({ ...QUIET, port });
    open.push(server);
    await expect(server.listen()).rejects.toThrow(
      new StartError(`Port ${port} on 127.0.0.1 is in use: end what listens there, or set PORT to another.`),
    );
    taken.close();
  });

  it.each(["192.0.2.1", "no-such-host.invalid"])("W-8: %s is no address to listen on", async (host) => {
    const server = await createServer({ ...QUIET, host });
    open.push(server);
    await expect(server.listen()).rejects.toThrow(/HOST/);
  });

  it("W-8: a folder that cannot be one is a StartError that names it", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "roomcast-server-"));
    const file = join(scratch, "file");
    writeFileSync(file, "");
    const opening = createServer({ ...QUIET, store: "sqlite", dataDir: join(file, "data") });
    await expect(opening).rejects.toThrow(StartError);
    await expect(opening).rejects.toThrow(file);
    rmSync(scratch, { recursive: true });
  });

  it("H-ADMIN-AUDIT: a file that cannot be written is a StartError, and the store is free again", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "roomcast-server-"));
    const options = { ...QUIET, store: "sqlite", dataDir } as const;
    const opening = createServer({ ...options, auditFile: dataDir });
    await expect(opening).rejects.toThrow(new RegExp(`^The audit file ${dataDir} cannot be written: .*\\.$`));
    const server = await createServer(options);
    await server.rooms.get("general").delete();
    await server.close();
    const [line = ""] = readFileSync(join(dataDir, "audit.jsonl"), "utf8").split("\n");
    rmSync(dataDir, { recursive: true });
    expect(JSON.parse(line)).toMatchObject({ act: "delete", as: "application", room: "general" });
  });

  it("C8 C9: what was published is there after a restart", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "roomcast-server-"));
    const options = { ...QUIET, store: "sqlite", dataDir } as const;
    const first = await createServer(options);
    await first.rooms.get("general").publish("message", { text: "kept" });
    await first.close();
    const second = await createServer(options);
    const page = await second.rooms.get("general").history();
    await second.close();
    rmSync(dataDir, { recursive: true });
    expect(page.ok && page.value.events.map(({ offset }) => offset)).toEqual([1]);
  });
});

describe("a contract of one's own", () => {
  it("B5 B9: is checked for everybody, and an event of the server's own is not for clients", async () => {
    const contract = defineContract({
      events: {
        price: { data: v.object({ amount: v.number() }), publisher: "server" },
        order: { data: v.object({ pieces: v.number() }) },
      },
    });
    const server = await createServer({
      ...QUIET,
      contract,
      handlers: { order: ({ data }) => (data.pieces > 9 ? refuse("too many") : undefined) },
    });
    open.push(server);
    await server.listen();
    expect((await server.rooms.get("shop").publish("price", { amount: 5 })).ok).toBe(true);
    const plain = server as unknown as RoomcastServer;
    expect((await post(plain, { event: "price", data: { amount: 5 } })).status).toBe(403);
    expect((await post(plain, { event: "order", data: { pieces: 10 } })).status).toBe(403);
    expect((await post(plain, { event: "order", data: { pieces: 9 } })).status).toBe(200);
    expect((await post(plain, { event: "message", data: { text: "unknown here" } })).status).toBe(400);
  });
});

/** Never run: what the compiler must accept and refuse. */
export const typed = async (): Promise<void> => {
  const bundled = await createServer({
    handlers: {
      message({ data }) {
        expectTypeOf(data).toEqualTypeOf<{ text: string; replyTo?: number }>();
      },
    },
  });
  expectTypeOf(bundled).toEqualTypeOf<RoomcastServer>();
  void bundled.rooms.get("general").publish("an.event.of.ones.own", 5);
  // @ts-expect-error the data of a known event is checked
  void bundled.rooms.get("general").publish("message", { words: "x" });

  const contract = defineContract({ events: { order: { data: v.object({ pieces: v.number() }) } } });
  const strict = await createServer({
    contract,
    handlers: {
      order({ data }) {
        expectTypeOf(data).toEqualTypeOf<{ pieces: number }>();
      },
    },
  });
  void strict.rooms.get("shop").publish("order", { pieces: 1 });
  // @ts-expect-error no such event
  void strict.rooms.get("shop").publish("message", { text: "x" });
  // @ts-expect-error no such event
  void createServer({ contract, handlers: { message: () => undefined } });
};

describe("its operators", () => {
  const TOKEN = "0123456789abcdef0123456789abcdef";
  const asked = (server: RoomcastServer, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}/v1/admin${path}`, init);

  it("H-ADMIN-AUDIT: what an operator and the application do is in the log", async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = pino(
      { base: null },
      { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    );
    const server = await started({ logger });
    const ada = await member(server);
    const { clients } = (await (await asked(server, "/clients")).json()) as {
      clients: { clientId: string }[];
    };
    const clientId = clients[0]!.clientId;
    const headers = { "content-type": "application/json" };
    await asked(server, `/clients/${clientId}/kick`, { method: "POST", body: "{}", headers });
    const room = server.rooms.get("general");
    room.kick("nobody");
    await room.delete();
    expect(lines.filter(({ msg }) => msg === "audit")).toMatchObject([
      { level: 30, act: "kick", as: "operator", clientId, remote: "127.0.0.1" },
      { act: "kick", as: "application", room: "general", clientId: "nobody", refused: "unknown_member" },
      { act: "delete", as: "application", room: "general" },
    ]);
    ada.destroy();
  });

  it("H-ADMIN-WHO: a server of yours has an operators' API for the token alone", async () => {
    const http = createHttpServer();
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const attached = await createServer({ ...QUIET, server: http });
    expect((await asked(attached, "/overview")).status).toBe(404);
    await attached.close();
    const withToken = await createServer({ ...QUIET, server: http, adminToken: TOKEN });
    expect((await asked(withToken, "/overview")).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await asked(withToken, "/overview", { headers })).status).toBe(200);
    await withToken.close();
    http.close();
  });

  it("H-ADMIN-CLOSED: a stream does not keep a server from ending", async () => {
    const server = await started();
    const { body } = await asked(server, "/live");
    await server.close();
    for await (const chunk of body!) expect(chunk).toBeDefined();
  });
});
