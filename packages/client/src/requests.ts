/** Owns the questions that wait for an answer of the server: one answer each, or none in time. */
import type { Down, ErrorMessage, Result } from "@roomcast/protocol";

import { type Failure, failure, failureOf } from "./failure.ts";
import type { Clock, Random, Timer } from "./platform/ports.ts";

/** A server that lives answers sooner. */
export const REQUEST_TIMEOUT_MS = 20_000;

type Answer = Exclude<Down, ErrorMessage>;
/** Called within the turn in which the answer arrives: what follows on the socket comes later. */
export type OnAnswer = (answer: Result<Answer, Failure>) => void;

export class Requests {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waiting = new Map<string, { readonly onAnswer: OnAnswer; readonly timer: Timer }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** @returns the id to ask under. */
  expect(onAnswer: OnAnswer): string {
    const id = this.#random.id();
    const timer = this.#clock.after(REQUEST_TIMEOUT_MS, () =>
      this.#settle(id, { ok: false, error: failure("timeout") }),
    );
    this.#waiting.set(id, { onAnswer, timer });
    return id;
  }

  /** For whoever need not go on within the turn of the answer. @param send asks under this id. */
  ask(send: (id: string) => void): Promise<Result<Answer, Failure>> {
    const { promise, resolve } = Promise.withResolvers<Result<Answer, Failure>>();
    send(this.expect(resolve));
    return promise;
  }

  /** @returns whether somebody waited for this one. */
  answered(message: Down): boolean {
    if (!("id" in message) || message.type === "event") return false;
    const { id } = message;
    if (message.type === "error") return this.#settle(id, { ok: false, error: failureOf(message) });
    return this.#settle(id, { ok: true, value: message });
  }

  /** The socket is gone, and the answers with it. */
  end(): void {
    for (const id of [...this.#waiting.keys()])
      this.#settle(id, { ok: false, error: failure("not_connected") });
  }

  #settle(id: string | undefined, answer: Result<Answer, Failure>): boolean {
    const request = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || request === undefined) return false;
    this.#waiting.delete(id);
    request.timer.cancel();
    request.onAnswer(answer);
    return true;
  }
}
