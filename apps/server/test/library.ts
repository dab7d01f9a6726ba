/** Owns Roomcast as a library for the length of a test: quiet, in memory, on a port of its own, and whoever joins it by hand. */
import { onTestFinished } from "vitest";

import { createServer, type RoomcastServer, type ServerOptions } from "../src/index.ts";
import { BareSocket } from "./bare-socket.ts";

export const QUIET = { store: "memory", log: "silent", port: 0, host: "127.0.0.1" } as const;

export async function started(options: ServerOptions = {}): Promise<RoomcastServer> {
  const server = await createServer({ ...QUIET, ...options });
  onTestFinished(() => server.close());
  await server.listen();
  return server;
}

export const portOf = (server: RoomcastServer): number => Number(new URL(server.url).port);

/** Somebody who has said hello, and is in the room that everybody is in. */
export async function member(server: RoomcastServer, hello: object = {}): Promise<BareSocket> {
  const socket = await BareSocket.open(portOf(server));
  socket.say({ type: "hello", protocol: 1, ...hello });
  for (const type of ["welcome", "joined"]) {
    const message = await socket.message();
    if (message["type"] !== type) throw new Error(`no ${type}, but ${JSON.stringify(message)}`);
  }
  return socket;
}

/** The next message of a type; others before it are passed over. */
export async function next(socket: BareSocket, type: string): Promise<Record<string, unknown>> {
  for (;;) {
    const message = await socket.message();
    if (message["type"] === type) return message;
  }
}
