/**
 * Owns one direction of a connection: what is on its way arrives in order, late or never. It can stall, be narrow, swallow
 * all, and break off after any byte. Must not know what it carries.
 */
import type { SeededRandom } from "@roomcast/hub/testing";

import type { Timeline } from "./timeline.ts";

interface Parcel {
  readonly atMs: number;
  readonly bytes: number;
  readonly arrive: () => void;
}

const MAX_LATENCY_MS = 40;

export class Way {
  readonly #timeline: Timeline;
  readonly #random: SeededRandom;
  readonly #latencyMs: number;
  #parcels: Parcel[] = [];
  #bytes = 0;
  #notBeforeMs = 0;
  #bytesPerSecond = Infinity;
  #mute = false;
  #over = false;
  /** Bytes that still get through, and what happens then. */
  #limit: { bytes: number; readonly reached: () => void } | undefined;
  #next: { cancel(): void } | undefined;

  constructor(timeline: Timeline, random: SeededRandom) {
    this.#timeline = timeline;
    this.#random = random;
    this.#latencyMs = 1 + random.below(MAX_LATENCY_MS);
  }

  /** On the way. */
  get bytes(): number {
    return this.#bytes;
  }

  send(bytes: number, arrive: () => void): void {
    if (this.#over) return;
    if (this.#limit !== undefined) {
      this.#limit.bytes -= bytes;
      if (this.#limit.bytes < 0) {
        this.#limit.reached();
        return;
      }
    }
    // Nobody reads it any more, but it fills the sender's queue.
    this.#bytes += bytes;
    if (this.#mute) return;
    const atMs = this.#timeline.nowMs + this.#latencyMs + this.#random.below(3);
    this.#parcels.push({ atMs, bytes, arrive });
    this.#pump();
  }

  /** Nothing arrives for so long; then all of it does. */
  stall(ms: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#timeline.nowMs + ms);
    this.#next?.cancel();
    this.#next = undefined;
    this.#pump();
  }

  /** What is on the way arrives soon. */
  heal(): void {
    const atMs = this.#timeline.nowMs + this.#latencyMs;
    this.#parcels = this.#parcels.map((parcel) => ({ ...parcel, atMs: Math.min(parcel.atMs, atMs) }));
    this.#notBeforeMs = 0;
    this.#bytesPerSecond = Infinity;
    this.#limit = undefined;
    this.stall(0);
  }

  narrow(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Nothing arrives any more, and nobody is told. */
  swallow(): void {
    if (this.#over) return;
    this.#mute = true;
    this.#parcels = [];
  }

  /** After so many more bytes it breaks off; a frame that is cut in two does not arrive. */
  breakAfter(bytes: number, reached: () => void): void {
    this.#limit = { bytes, reached };
  }

  /** Of what is on its way the first so many bytes arrive; then, at the earliest after so long, the end is told. */
  end(bytes: number, told: () => void, afterMs = 0): void {
    if (this.#over) return;
    this.#over = true;
    let left = bytes;
    const cut = this.#parcels.findIndex((parcel) => (left -= parcel.bytes) < 0);
    if (cut >= 0) this.#parcels.length = cut;
    const atMs = this.#timeline.nowMs + Math.max(afterMs, this.#latencyMs);
    this.#parcels.push({ atMs, bytes: 0, arrive: told });
    this.#pump();
  }

  #pump(): void {
    const [first] = this.#parcels;
    if (first === undefined || this.#next !== undefined) return;
    const delayMs = Math.max(first.atMs, this.#notBeforeMs) - this.#timeline.nowMs;
    this.#next = this.#timeline.after(delayMs, () => {
      this.#next = undefined;
      // What it sets off may end this way.
      if (this.#parcels[0] === first) this.#arrive(first);
      this.#pump();
    });
  }

  #arrive({ bytes, arrive }: Parcel): void {
    this.#parcels.shift();
    this.#bytes -= bytes;
    this.#notBeforeMs = this.#timeline.nowMs + (bytes / this.#bytesPerSecond) * 1000;
    arrive();
  }
}
