import { ManualClock } from "@roomcast/hub/testing";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { TurnedAway } from "./turned-away.ts";

let clock: ManualClock;
let turnedAway: TurnedAway;
let server: Server;
beforeEach(async () => {
  clock = new ManualClock();
  turnedAway = new TurnedAway(clock);
  server = createServer((socket) => {
    turnedAway.add(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  turnedAway.close();
  await new Promise((resolve) => server.close(resolve));
});

/** @returns the sockets of clients, once the server has had them all. */
async function come(
  count: number,
): Promise<readonly { readonly socket: Socket; readonly closed: Promise<unknown> }[]> {
  const { port } = server.address() as AddressInfo;
  let had = 0;
  const counting = (): void => {
    had += 1;
  };
  server.on("connection", counting);
  const came = Array.from({ length: count }, () => {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    return { socket, closed: new Promise((resolve) => socket.once("close", resolve)) };
  });
  await vi.waitUntil(() => had === count, { timeout: 20_000 });
  server.off("connection", counting);
  return came;
}

describe("R-DOORSTEP", () => {
  it("whoever is turned away is cut after a second, whatever it says meanwhile", async () => {
    const [client] = await come(1);
    client?.socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    clock.advance(999);
    expect(turnedAway.size).toBe(1);
    expect(client?.socket.destroyed).toBe(false);
    clock.advance(1);
    await client?.closed;
    await vi.waitUntil(() => turnedAway.size === 0);
  });

  it("whatever it goes on to say stays with the system, and none of it is kept", async () => {
    const taken = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const [client] = await come(1);
    const held = await taken;
    // More than the system keeps for both ends together.
    client?.socket.write(Buffer.alloc(32 * 1024 * 1024));
    await vi.waitUntil(() => held.bytesRead > 0);
    const hadRead = held.bytesRead;
    await new Promise(setImmediate);
    expect({ read: held.bytesRead, kept: held.readableLength }).toEqual({ read: hadRead, kept: 0 });
    expect(hadRead).toBeLessThanOrEqual(64 * 1024);
  });

  it("who came together is cut one by one, 10 ms apart", async () => {
    const taken: Socket[] = [];
    server.on("connection", (socket) => taken.push(socket));
    await come(3);
    const cutAfter = (ms: number): number => {
      clock.advance(ms);
      return taken.filter(({ destroyed }) => destroyed).length;
    };
    expect([1_000, 9, 1, 9, 1].map(cutAfter)).toEqual([1, 1, 2, 2, 3]);
  });

  it("beyond a thousand, whoever comes is cut at once", async () => {
    const first = await come(1_000);
    expect(turnedAway.size).toBe(1_000);
    const [late] = await come(1);
    await late?.closed;
    expect(turnedAway.size).toBe(1_000);
    expect(first.every(({ socket }) => !socket.destroyed)).toBe(true);
  });

  it("who goes by itself, in whatever way, is forgotten", async () => {
    const [reset, ended] = await come(2);
    reset?.socket.resetAndDestroy();
    ended?.socket.end();
    await vi.waitUntil(() => turnedAway.size === 0);
    clock.advance(1_000);
  });

  it("a server that closes waits for none of them", async () => {
    const came = await come(3);
    turnedAway.close();
    await Promise.all(came.map(({ closed }) => closed));
    await vi.waitUntil(() => turnedAway.size === 0);
  });
});
