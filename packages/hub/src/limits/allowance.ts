/**
 * Owns what one connection may use up: messages and their bytes, joins, pages of history, refusals, broken frames, and
 * publishes that wait for the log.
 */
import { BAD_FRAME_WINDOW_MS, MAX_BAD_FRAMES } from "@roomcast/protocol";

import type { Clock } from "../ports/clock.ts";
import type { HubSettings } from "../settings.ts";
import type { Account } from "./accounts.ts";
import type { LimitName } from "./limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** A refusal is a message too: a connection that is refused more often than this, or twice as often at once, is closed. */
const REFUSALS_PER_SECOND = 1000;

/** Which limit was hit, and how long until there is credit again. */
export interface Lack {
  readonly limit: LimitName;
  readonly waitMs: number;
}

type Settings = Pick<
  HubSettings,
  "messagesPerSecond" | "bytesPerSecond" | "joinsPerSecond" | "historyReadsPerSecond" | "maxUnsettledBytes"
>;

export class Allowance {
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #messages: TokenBucket;
  /** Most connections never need these: each is made on its first use. */
  #bytes: TokenBucket | undefined;
  #joins: TokenBucket | undefined;
  #historyReads: TokenBucket | undefined;
  #refusals: TokenBucket | undefined;
  #badFramesAtMs: number[] | undefined;
  #unsettled = 0;
  #unsettledBytes = 0;
  /** Shared with the other connections of its user; a guest has none. */
  account: Account | undefined;

  constructor(clock: Clock, settings: Settings) {
    this.#clock = clock;
    this.#settings = settings;
    this.#messages = new TokenBucket(clock, settings.messagesPerSecond);
  }

  /** Takes credit for one message. @returns undefined, or which limit was hit. */
  message(bytes: number): Lack | undefined {
    const nowMs = this.#clock.monotonicMs();
    const { account } = this;
    this.#bytes ??= new TokenBucket(this.#clock, this.#settings.bytesPerSecond);
    // Spelt out: a table of the four would be built anew for every message.
    let waitMs = this.#messages.take(1, nowMs);
    if (waitMs > 0) return { limit: "messagesPerSecond", waitMs };
    waitMs = this.#bytes.take(bytes, nowMs);
    if (waitMs > 0) return { limit: "bytesPerSecond", waitMs };
    if (account === undefined) return undefined;
    waitMs = account.messages.take(1, nowMs);
    if (waitMs > 0) return { limit: "userMessagesPerSecond", waitMs };
    waitMs = account.bytes.take(bytes, nowMs);
    return waitMs > 0 ? { limit: "userBytesPerSecond", waitMs } : undefined;
  }

  /** Charges for the rooms of a hello or a refresh. That is never refused for them; what is sent after it waits until they are paid. */
  rooms(count: number): void {
    if (count === 0) return;
    this.#messages.charge(count);
    this.#joinBucket.charge(count);
  }

  /** @returns 0, or the ms until there may be another. */
  join(): number {
    return this.#joinBucket.take();
  }

  /** @returns 0, or the ms until there may be another. */
  historyRead(): number {
    this.#historyReads ??= new TokenBucket(this.#clock, this.#settings.historyReadsPerSecond);
    return this.#historyReads.take();
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

  /** @returns whether a publish of this size may wait for the log. If so, `settled` MUST follow. */
  unsettled(bytes: number): boolean {
    const { maxUnsettledBytes } = this.#settings;
    if (maxUnsettledBytes > 0 && this.#unsettledBytes + bytes > maxUnsettledBytes) return false;
    this.#unsettled += 1;
    this.#unsettledBytes += bytes;
    return true;
  }

  settled(bytes: number): void {
    this.#unsettled -= 1;
    this.#unsettledBytes -= bytes;
  }

  /** The client publishes ahead: it does not wait for the ack of a publish before it sends the next. */
  get publishesOn(): boolean {
    return this.#unsettled > 1;
  }

  get #joinBucket(): TokenBucket {
    return (this.#joins ??= new TokenBucket(this.#clock, this.#settings.joinsPerSecond));
  }
}
