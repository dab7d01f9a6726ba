/**
 * Owns a network between clients and a server: a TCP proxy that delays, slices, stalls and cuts, each connection as it is
 * told. It knows bytes alone. What it does not take, it does not read, so that a slow reader is one for the server too.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** One direction of one connection. What is missing does no harm. */
export interface Weather {
  /** On the way of each slice. */
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
  /** The most that is handed on at once. */
  readonly sliceBytes?: number;
  /** After that many bytes nothing goes on … */
  readonly stallAfterBytes?: number;
  /** … for so long; for ever when missing. */
  readonly stallMs?: number;
  /** After that many bytes the connection is cut, in both directions. */
  readonly cutAfterBytes?: number;
  /** How: with a TCP reset (default), or with an orderly end. */
  readonly cutBy?: "reset" | "end";
}

export interface Route {
  /** From the client to the server. */
  readonly up: Weather;
  readonly down: Weather;
}

export const FAIR: Route = { up: {}, down: {} };

const MAX_QUEUED_BYTES = 16 * 1024;

export class ChaosProxy {
  /** Bytes of the first connection that went through, for whoever wants to cut within them. */
  readonly passed = { up: 0, down: 0 };
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #route: (connection: number) => Route;
  #count = 0;

  private constructor(targetPort: number, route: (connection: number) => Route) {
    this.#route = route;
    // An orderly end of one side is handed on when what was before it has arrived.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const connection = this.#count++;
      const server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
      const count = (way: "up" | "down") => (bytes: number) => {
        if (connection === 0) this.passed[way] += bytes;
      };
      const { up, down } = this.#route(connection);
      const cut = (by: Weather["cutBy"]): void => {
        for (const socket of [client, server]) {
          if (by === "end") socket.end();
          else socket.resetAndDestroy();
        }
      };
      for (const line of [
        new Line("up", client, server, up, cut, count("up")),
        new Line("down", server, client, down, cut, count("down")),
      ]) {
        this.#lines.add(line);
        void line.ended.then(() => this.#lines.delete(line));
      }
    });
  }

  /** @param route by the number of the connection, from 0. */
  static async open(
    targetPort: number,
    route: (connection: number) => Route = () => FAIR,
  ): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(targetPort, route);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections there have been. */
  get connections(): number {
    return this.#count;
  }

  /** What is open now hands on nothing more: towards the client alone, or both ways. Nobody is told. */
  stall(way: "down" | "both"): void {
    for (const line of this.#lines) if (way === "both" || line.way === "down") line.stall();
  }

  /** From now on nothing is delayed, stalled or cut, and what was stalled goes on. */
  heal(): void {
    this.#route = () => FAIR;
    for (const line of this.#lines) line.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) line.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** One direction: what comes from one socket goes to the other, when its time has come. */
class Line {
  readonly way: "up" | "down";
  readonly ended: Promise<void>;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #cut: (by: Weather["cutBy"]) => void;
  readonly #count: (bytes: number) => void;
  readonly #queue: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
  #weather: Weather;
  #queuedBytes = 0;
  #passed = 0;
  #stalledUntil: number | undefined;
  #fromEnded = false;
  /** How the socket that bytes come from was closed. */
  #closed: "reset" | "destroyed" | undefined;
  readonly #onEnded: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    way: "up" | "down",
    from: Socket,
    to: Socket,
    weather: Weather,
    cut: (by: Weather["cutBy"]) => void,
    count: (bytes: number) => void,
  ) {
    this.way = way;
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    this.#cut = cut;
    this.#count = count;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#onEnded = resolve;
    from.on("data", (chunk: Buffer) => this.#take(chunk));
    from.on("end", () => {
      this.#fromEnded = true;
      this.#go();
    });
    from.on("error", () => undefined);
    from.on("close", (failed: boolean) => {
      this.#closed = failed ? "reset" : "destroyed";
      this.#handOnClose();
    });
    to.on("drain", () => this.#go());
    if (weather.cutAfterBytes === 0) setImmediate(() => this.#cut(weather.cutBy));
  }

  stall(): void {
    this.#weather = { stallAfterBytes: 0 };
    this.#stalledUntil = undefined;
  }

  heal(): void {
    this.#weather = {};
    this.#stalledUntil = undefined;
    this.#go();
    this.#handOnClose();
  }

  destroy(): void {
    this.#weather = {};
    clearTimeout(this.#timer);
    this.#from.destroy();
    this.#to.destroy();
  }

  /** A reset on one side is one on the other, once nothing stalls it: a line that hands nothing on tells nobody of that either. */
  #handOnClose(): void {
    if (this.#closed === undefined) return;
    clearTimeout(this.#timer);
    const stalledMs = this.#stalledMs();
    if (stalledMs === Infinity) return;
    if (stalledMs > 0) {
      this.#timer = setTimeout(() => this.#handOnClose(), stalledMs);
      return;
    }
    if (this.#closed === "reset") this.#to.resetAndDestroy();
    else if (!this.#fromEnded) this.#to.destroy();
    this.#onEnded();
  }

  #take(chunk: Buffer): void {
    const { latencyMs = 0 } = this.#weather;
    this.#queue.push({ bytes: chunk, dueAt: performance.now() + latencyMs });
    this.#queuedBytes += chunk.length;
    if (this.#queuedBytes > MAX_QUEUED_BYTES) this.#from.pause();
    this.#go();
  }

  #go(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      if (this.#to.destroyed || this.#to.writableNeedDrain) return;
      const waitMs = this.#waitMs();
      if (waitMs === undefined) break;
      if (waitMs > 0) {
        if (waitMs < Infinity) this.#timer = setTimeout(() => this.#go(), waitMs);
        return;
      }
      if (!this.#passSlice()) return;
    }
    if (this.#fromEnded && !this.#to.writableEnded) this.#to.end();
  }

  /** @returns until the next slice may go: Infinity for never; undefined when there is none. */
  #waitMs(): number | undefined {
    const [next] = this.#queue;
    if (next === undefined) return undefined;
    return Math.max(this.#stalledMs(), next.dueAt - performance.now(), 0);
  }

  /** @returns for how long nothing is handed on: Infinity for ever. */
  #stalledMs(): number {
    const { stallAfterBytes, stallMs = Infinity } = this.#weather;
    if (stallAfterBytes === undefined || this.#passed < stallAfterBytes) return 0;
    const now = performance.now();
    this.#stalledUntil ??= now + stallMs;
    return Math.max(0, this.#stalledUntil - now);
  }

  /** @returns false when that was the last of this connection, or the next has to wait for its turn. */
  #passSlice(): boolean {
    const [next] = this.#queue;
    if (next === undefined) return false;
    const { sliceBytes = Infinity, bytesPerSecond, stallAfterBytes, cutAfterBytes, cutBy } = this.#weather;
    const limits = [stallAfterBytes, cutAfterBytes]
      .map((limit) => (limit ?? Infinity) - this.#passed)
      .filter((left) => left > 0);
    const length = Math.min(next.bytes.length, sliceBytes, ...limits);
    const slice = next.bytes.subarray(0, length);
    const rest = next.bytes.subarray(length);
    if (rest.length === 0) this.#queue.shift();
    else this.#queue[0] = { ...next, bytes: rest };
    this.#queuedBytes -= length;
    this.#passed += length;
    this.#count(length);
    this.#to.write(slice);
    if (cutAfterBytes !== undefined && this.#passed >= cutAfterBytes) {
      this.#cut(cutBy);
      return false;
    }
    if (this.#queuedBytes <= MAX_QUEUED_BYTES) this.#from.resume();
    const pauseMs =
      bytesPerSecond === undefined
        ? sliceBytes < Infinity
          ? 0
          : undefined
        : (length * 1000) / bytesPerSecond;
    if (pauseMs === undefined) return true;
    // A slice is a packet of its own only when the one before has gone.
    if (pauseMs < 1) setImmediate(() => this.#go());
    else this.#timer = setTimeout(() => this.#go(), pauseMs);
    return false;
  }
}
