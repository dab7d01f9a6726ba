import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { readNoMore } from "../slices.ts";
import { ownHttpServer } from "./own-http-server.ts";

const PAGE = Buffer.alloc(1024 * 1024);
const SHORT = { headersTimeout: 250, requestTimeout: 500, connectionsCheckingInterval: 50, timeout: 250 };

let server: Server;
let port: number;
beforeEach(async () => {
  server = ownHttpServer(
    () => false,
    { doorstep: { admits: () => "freely" }, turnedAway: { add: () => undefined } },
    SHORT,
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("the server's own http server", () => {
  it.each([
    ["nothing", ""],
    ["half a request line", "GET /v1/ws"],
    ["headers without an end", "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"],
  ])("T3: a connection that says %s is ended, TCP and all", async (_, said) => {
    const socket = await BareSocket.connect(port);
    socket.write(said);
    await socket.ended();
    expect(await counted(server)).toBe(0);
  });

  it("R-DOORSTEP: a connection that is not admitted is turned away before anything of it is read", async () => {
    const turnedAway = { add: (socket: Socket): unknown => socket.resetAndDestroy() };
    const shut = ownHttpServer(() => false, { doorstep: { admits: () => "not" }, turnedAway });
    const heard: unknown[] = [];
    shut.on("request", (request) => heard.push(request)).listen(0, "127.0.0.1");
    await once(shut, "listening");
    const socket = connect((shut.address() as AddressInfo).port, "127.0.0.1").on("error", () => undefined);
    socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    expect(heard).toEqual([]);
    await new Promise((resolve) => shut.close(resolve));
  });

  it("R-DOORSTEP: of a connection that is admitted narrowly nothing is handled behind the answer that ends it", async () => {
    const turnedAway = { add: () => undefined };
    const narrow = ownHttpServer(() => false, { doorstep: { admits: () => "narrowly" }, turnedAway });
    let handled = 0;
    narrow.prependListener("request", ({ socket }) => {
      handled += 1;
      if (handled === 20) readNoMore(socket);
    });
    narrow.listen(0, "127.0.0.1");
    await once(narrow, "listening");
    const client = await BareSocket.connect((narrow.address() as AddressInfo).port);
    const [request, count] = [`GET / HTTP/1.1\r\nHost: ${"x".repeat(200)}\r\n\r\n`, 200];
    client.write(request.repeat(count));
    const answers = (await client.rest()).match(/HTTP\/1\.1 404/g);
    // What had come in the slice of the last is handled, and not answered.
    expect(handled).toBeLessThan(30);
    expect(answers).toHaveLength(20);
    await new Promise((resolve) => narrow.close(resolve));
  });

  it("T10: who asks for page after page and takes none is gone", async () => {
    server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
      response.end(PAGE);
    });
    const socket = await BareSocket.connect(port);
    socket.tcp.pause();
    const request = once(server, "request");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(64));
    const [asked] = (await request) as [IncomingMessage];
    await new Promise((resolve) => asked.socket.once("close", resolve));
    expect(await counted(server)).toBe(0);
    socket.tcp.destroy();
  });

  it("T3: 200 of them are gone", async () => {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => BareSocket.connect(port, true)));
    for (const socket of sockets) socket.write("GET / HTTP/1.1\r\n");
    await Promise.all(sockets.map((socket) => socket.ended()));
    expect(await counted(server)).toBe(0);
    for (const socket of sockets) socket.destroy();
  });

  it.each([
    ["a flood of headers", `GET / HTTP/1.1\r\nHost: x\r\n${"X-Filler: y\r\n".repeat(3_000)}\r\n`, 431],
    ["a line that is no request", "\0\0\0\r\n\r\n", 400],
    ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400],
  ])("T4: %s gets its status, and the server lives", async (_, said, status) => {
    const socket = await BareSocket.connect(port);
    socket.write(said);
    expect(await socket.head()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await socket.ended();
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  it("T11: a header named __proto__ is a header", async () => {
    const socket = await BareSocket.connect(port);
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n__proto__: polluted\r\nConnection: close\r\n\r\n");
    expect(await socket.head()).toMatch(/^HTTP\/1\.1 404 /);
    await socket.ended();
  });

  it("H-7: what is nowhere is not_found, and an upgrade to it is answered as the request that it also is", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/nowhere`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: "not_found", retry: "no" } });
    server.on("upgrade", () => {});
    const socket = await BareSocket.connect(port);
    expect(await socket.handshake({ Upgrade: "h2c", Connection: "Upgrade, close" })).toMatch(
      /^HTTP\/1\.1 404 /,
    );
  });
});

const counted = (of: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    of.getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
