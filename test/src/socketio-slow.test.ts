/** A stock Socket.IO client that takes nothing: what becomes of it, and of the others. */
import { createServer } from "@roomcast/server";
import { io, type Socket } from "socket.io-client";
import { expect, it, onTestFinished } from "vitest";

import { until } from "../harness/until.ts";

const ROOM = "flood";
const EVENT = "block";
/** A few of them are a mebibyte, which is what may be queued. */
const PADDING = "x".repeat(50_000);

class Reader {
  readonly socket: Socket;
  readonly numbers: number[] = [];
  readonly closeCodes: number[] = [];
  joins = 0;

  constructor(url: string, transport: string) {
    this.socket = io(url, {
      ...{ transports: [transport], forceNew: true, auth: { join: [{ room: ROOM }] } },
      ...{ reconnectionDelay: 20, reconnectionDelayMax: 100 },
    });
    this.socket
      .on(EVENT, ({ number }: { number: number }) => this.numbers.push(number))
      .on("joined", () => (this.joins += 1))
      .on("error", ({ closeCode }: { closeCode: number }) => this.closeCodes.push(closeCode));
    onTestFinished(() => void this.socket.disconnect());
  }

  /** Takes nothing from now on. @returns how it takes again. */
  stall(): () => void {
    const { transport } = this.socket.io.engine;
    if (transport.name === "websocket") {
      // What ws keeps below its WebSocket.
      const { _socket } = (transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }).ws;
      _socket.pause();
      return () => _socket.resume();
    }
    const polling = transport as unknown as { doPoll(): void };
    const poll = polling.doPoll.bind(polling);
    let isAsking = false;
    polling.doPoll = () => (isAsking = true);
    return () => {
      polling.doPoll = poll;
      if (isAsking) poll();
    };
  }
}

it.each(["websocket", "polling"])(
  "R-SLOW P-SOCK-9 P-SIO-5: who takes nothing is closed, is recovered, and has everything; the others are unharmed (%s)",
  async (transport) => {
    const server = await createServer({ store: "memory", port: 0, host: "127.0.0.1", log: "silent" });
    onTestFinished(() => server.close());
    await server.listen();
    const [slow, fast] = [new Reader(server.url, transport), new Reader(server.url, transport)];
    await until("both are in", () => slow.joins + fast.joins === 2);
    const { id } = slow.socket;
    const takeAgain = slow.stall();
    let count = 0;
    while (server.hub.counts().connections === 2) {
      await server.rooms.get(ROOM).publish(EVENT, { number: count, padding: PADDING });
      count += 1;
      await until("the other keeps up", () => fast.numbers.length === count);
    }
    const had = slow.numbers.length;
    expect(had).toBeLessThan(count);
    takeAgain();
    await until("it has everything", () => slow.numbers.length >= count);
    await until("it is back", () => slow.joins === 2);
    const all = Array.from({ length: count }, (_, index) => index);
    expect(slow.numbers).toEqual(all);
    expect([slow.socket.recovered, slow.socket.id]).toEqual([true, id]);
    expect(fast.numbers).toEqual(all);
    expect([fast.joins, fast.closeCodes]).toEqual([1, []]);
  },
);
