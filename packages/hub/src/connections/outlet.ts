/** Owns what goes out on one connection, and how much of it may wait there. Must not know who speaks, or why it ends. */
import type { CloseName, Down } from "@roomcast/protocol";

import type { Engine } from "../engine.ts";
import type { Reached } from "../entering/cursor.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import type { Connection, Format } from "../ports/connection.ts";
import type { Gatherer } from "../turn.ts";
import type { CarriedRooms, Carrier, Listener } from "./carriers.ts";

/** Whoever hears a room: a member by its peer, or a reader. */
export interface Recipient {
  /** Whoever writes there, and learns that no more can be written, MUST close the recipient, when it suits. */
  readonly outlet: Outlet;
  send(message: Down, at?: Reached): void;
  close(name: CloseName): void;
}

/** How often it is looked whether a slow reader can get more. */
const DRAIN_POLL_MS = 50;
/** Whoever has not taken half of the queue by then is taken for dead. */
const DRAIN_LIMIT_MS = 10_000;
/** What has gathered goes out early once it is this much: next to so many bytes another write costs little. */
const MAX_GATHERED_BYTES = 64 * 1024;

type Parts = Pick<Engine, "clock" | "settings" | "telemetry" | "turn">;

export class Outlet implements Gatherer, Carrier {
  readonly format: Format;
  readonly right = "join";
  rooms: CarriedRooms;
  listener: Listener | undefined;
  readonly #engine: Parts;
  readonly #connection: Connection;
  /** What goes out together. */
  #gathered: Uint8Array[] | undefined;
  #gatheredBytes = 0;
  #ended = false;

  constructor(engine: Parts, connection: Connection) {
    this.format = connection.format;
    this.#engine = engine;
    this.#connection = connection;
  }

  /** What is written from now on goes out in one write, by `release` or at the end of this turn. */
  gather(): void {
    if (this.#gathered !== undefined || this.#ended) return;
    this.#gathered = [];
    this.#engine.turn.add(this);
  }

  release(): void {
    const gathered = this.#gathered ?? [];
    this.#gathered = undefined;
    this.#gatheredBytes = 0;
    const [first] = gathered;
    if (first === undefined) return;
    // Its senders were told that it was written: nobody else will close.
    if (!this.write(gathered.length === 1 ? first : this.format.join(gathered))) this.close("slowConsumer");
  }

  turnEnded(): void {
    this.release();
  }

  /** No more can be written. */
  get full(): boolean {
    return !this.#ended && this.#connection.bufferedBytes > this.#engine.settings.maxQueuedBytes;
  }

  /** @returns false when no more can be written. */
  write(frames: Uint8Array): boolean {
    if (this.#ended) return true;
    if (this.full) return false;
    if (this.#gathered !== undefined) {
      this.#gathered.push(frames);
      this.#gatheredBytes += frames.length;
      if (this.#gatheredBytes > MAX_GATHERED_BYTES) this.release();
      return true;
    }
    try {
      this.#connection.send(frames);
      return true;
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  /** @returns false when no more can be written. */
  say(message: Down, at?: Reached): boolean {
    return this.#ended || this.write(this.encode(message, at));
  }

  /** What goes out on this connection alone; what goes to many is encoded by the format. @param at where a reader is that has taken it. */
  encode(message: Down, at?: Reached): Uint8Array {
    return this.#connection.encode?.(message, at) ?? this.format.encode(message, at);
  }

  /** Resolves once the other end has taken most of what was written, or is gone. @returns false when it takes nothing. */
  drained(): MaybePromise<boolean> {
    return this.#isDrained || this.#drained();
  }

  /** Nothing is written from now on. */
  end(): void {
    this.release();
    this.#ended = true;
  }

  /** Keeps what is on its way from reaching the other end. */
  dropUntaken(): void {
    // Were it written behind what shows that all was taken, nothing would show it.
    this.release();
    try {
      this.#connection.dropUntaken?.();
    } catch (error) {
      this.#fault(error);
    }
  }

  close(name: CloseName, why?: string): void {
    this.end();
    try {
      this.#connection.close(name, why);
    } catch (error) {
      this.#fault(error);
    }
  }

  get #isDrained(): boolean {
    return this.#ended || this.#connection.bufferedBytes <= this.#engine.settings.maxQueuedBytes / 2;
  }

  async #drained(): Promise<boolean> {
    const { clock } = this.#engine;
    const untilMs = clock.monotonicMs() + DRAIN_LIMIT_MS;
    while (!this.#isDrained) {
      if (clock.monotonicMs() > untilMs) return false;
      await new Promise<void>((resolve) => {
        clock.after(DRAIN_POLL_MS, resolve);
      });
    }
    return true;
  }

  #fault(error: unknown): void {
    this.#engine.telemetry.record({ kind: "fault", where: "connection", error });
  }
}
