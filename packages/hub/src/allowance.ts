/** Owns what one connection may cost the server: messages, refusals, broken frames, and data that waits for the log. */
import { BAD_FRAME_WINDOW_MS, MAX_BAD_FRAMES } from "@roomcast/protocol";

import type { Clock } from "./clock.ts";
import type { HubSettings } from "./settings.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Every refusal costs a message to the client: whoever earns more than these, or twice as many at once, is closed. */
const REFUSALS_PER_SECOND = 1000;

export class Allowance {
  readonly #clock: Clock;
  readonly #maxUnsettledBytes: number;
  readonly #messages: TokenBucket;
  /** Of most connections there is never any: what counts them is made with the first. */
  #refusals: TokenBucket | undefined;
  #badFramesAtMs: number[] | undefined;
  #unsettledBytes = 0;

  constructor(
    clock: Clock,
    { messagesPerSecond, maxUnsettledBytes }: Pick<HubSettings, "messagesPerSecond" | "maxUnsettledBytes">,
  ) {
    this.#clock = clock;
    this.#maxUnsettledBytes = maxUnsettledBytes;
    this.#messages = new TokenBucket(clock, messagesPerSecond);
  }

  /** Takes credit for one message. @returns 0, or the ms until there is some again. */
  message(): number {
    return this.#messages.take();
  }

  /** For the rooms that a hello asks for: it is answered whole, and what follows pays. */
  rooms(count: number): void {
    this.#messages.charge(count);
  }

  /** @returns whether this was one refusal too many. */
  refusal(): boolean {
    this.#refusals ??= new TokenBucket(this.#clock, REFUSALS_PER_SECOND);
    return this.#refusals.take() > 0;
  }

  /** A frame that held no message. @returns whether it was one too many. */
  badFrame(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#badFramesAtMs = (this.#badFramesAtMs ?? []).filter((atMs) => atMs > nowMs - BAD_FRAME_WINDOW_MS);
    return this.#badFramesAtMs.push(nowMs) >= MAX_BAD_FRAMES;
  }

  /** @returns whether so much more may wait for the log; whoever got it gives it back with `settled`. */
  unsettled(bytes: number): boolean {
    if (this.#unsettledBytes + bytes > this.#maxUnsettledBytes) return false;
    this.#unsettledBytes += bytes;
    return true;
  }

  settled(bytes: number): void {
    this.#unsettledBytes -= bytes;
  }
}
