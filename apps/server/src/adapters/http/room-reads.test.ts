/** Which connections are reset when somebody loses a room, and until when each can be. */
import type { Carrier, Listener } from "@roomcast/hub";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { RoomReads } from "./room-reads.ts";

/** Whom and what each connection was answered about, as long as it may hold that. */
const entered = new Map<Carrier, Listener>();
/** More than a peer's system takes for it. */
const TEXT = "x".repeat(400 * 1024);
let server: Server;
let port: number;
beforeEach(async () => {
  entered.clear();
  const reads = new RoomReads({
    enter: (listener, carrier) => void entered.set(carrier, listener),
    leave: (carrier) => void entered.delete(carrier),
  });
  server = createServer((request, response) => {
    const [, user = "", room = ""] = request.url?.split("/") ?? [];
    reads.answered(response, { user }, "history", room);
    response.end(TEXT);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it("R-EXPEL: who takes its time over an answer that ends the connection gets all of it, and is known until it has", async () => {
  const socket = await BareSocket.connect(port);
  socket.tcp.pause();
  const answering = once(server, "request");
  socket.write("GET /ada/r HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const [, response] = (await answering) as [unknown, ServerResponse];
  if (!response.writableFinished) await once(response, "finish");
  await new Promise((resolve) => setImmediate(resolve));
  expect(entered.size).toBe(1);
  socket.tcp.resume();
  expect((await socket.rest()).endsWith(TEXT)).toBe(true);
  while (entered.size > 0) await new Promise((resolve) => setImmediate(resolve));
});

async function ask(socket: BareSocket, path: string, header = "X: y"): Promise<void> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
  await socket.head();
}

it("R-EXPEL P-MAY-5: what a connection was answered about is known by user and room as long as it is there, and dropping it resets that one", async () => {
  const [mine, other] = [await BareSocket.connect(port), await BareSocket.connect(port)];
  for (const path of ["/mallory/r", "/mallory/q", "/ada/q"]) await ask(mine, path);
  await ask(other, "/mallory/q");
  const told = [...entered].map(([{ rooms }, { from }]) => [from.user, rooms]);
  expect(told).toEqual([
    ["mallory", ["r", "q"]],
    ["ada", "q"],
    ["mallory", "q"],
  ]);
  [...entered.keys()][0]?.dropUntaken();
  await mine.ended();
  expect([...entered.values()].map(({ from }) => from.user)).toEqual(["mallory"]);
  other.destroy();
});
