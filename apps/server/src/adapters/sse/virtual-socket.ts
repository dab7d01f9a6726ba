/**
 * Owns one connection that is a stream of events downwards and numbered batches of messages upwards: what came of it,
 * in order and once. Must not know requests or headers.
 */
import type { Clock, Inbox } from "@roomcast/hub";
import {
  CLOSE_CODES,
  type CloseName,
  decodeUp,
  MAX_HELLO_BYTES,
  MAX_MESSAGE_BYTES,
} from "@roomcast/protocol";

import { IdleLimit } from "../idle-limit.ts";
import { Postponed } from "../postponed.ts";
import type { EventStream } from "./event-stream.ts";

/** What became of a batch: taken now or before, ahead of its turn, or too large for the connection to go on. */
export type Taken = "taken" | "ahead" | "too_large";

export class VirtualSocket {
  readonly #clock: Clock;
  readonly #stream: EventStream;
  readonly #inbox: Inbox;
  readonly #idle: IdleLimit;
  #batches = 0;
  #helloCame = false;
  #isTooLarge = false;
  /** Messages, and the code of a close behind them. */
  readonly #postponed = new Postponed<string | number>(
    (each) => {
      if (typeof each === "string") this.#receive(each);
      else this.#leave(each);
    },
    () => this.abort("tooMany"),
  );

  constructor(clock: Clock, stream: EventStream, inbox: Inbox) {
    this.#clock = clock;
    this.#stream = stream;
    this.#inbox = inbox;
    this.#idle = new IdleLimit(clock.monotonicMs());
    stream.listen(inbox, this.#postponed);
  }

  /**
   * A batch that comes again has been heard already: a client that got no answer may send it once more.
   * @param number 1, 2, 3 …
   * @param lines one message each.
   */
  take(number: number, lines: readonly string[]): Taken {
    if (number > this.#batches + 1) {
      this.#idled();
      return "ahead";
    }
    const messages = number <= this.#batches ? [] : lines.filter((line) => line !== "");
    this.#batches = Math.max(this.#batches, number);
    if (messages.length === 0) this.#idled();
    for (const message of messages) this.#postponed.take(message, message.length);
    return this.#isTooLarge ? "too_large" : "taken";
  }

  /** The client has closed it. @param code as RFC 6455 has it. */
  leave(code: number): void {
    this.#postponed.take(code, 0);
  }

  /** Nothing came from the client for too long. */
  vanish(): void {
    this.#inbox.ended(1006, "no sign of life came in time");
    this.#stream.cut();
  }

  /** Closes for a reason of the transport's own. The hub hears of it first: what it has yet to write goes out before the close. */
  abort(name: CloseName, reason: string = CLOSE_CODES[name].meaning): void {
    this.#inbox.ended(CLOSE_CODES[name].code, reason);
    this.#stream.close(name);
  }

  #leave(code: number): void {
    this.#inbox.ended(code, "");
    this.#stream.end();
  }

  #receive(text: string): void {
    // A batch brings thousands at once. What stands behind the one that has ended the connection is nobody's.
    if (this.#stream.isOver) return;
    const bytes = Buffer.byteLength(text);
    if (bytes > (this.#helloCame ? MAX_MESSAGE_BYTES : MAX_HELLO_BYTES)) {
      this.#isTooLarge = true;
      this.abort("tooLarge");
      return;
    }
    const decoded = decodeUp(text);
    if (decoded.ok && decoded.value.type === "hello") this.#helloCame = true;
    this.#inbox.receive(decoded, bytes);
  }

  #idled(): void {
    if (!this.#idle.take(this.#clock.monotonicMs()))
      this.abort("tooMany", "too many batches that say nothing");
  }
}
