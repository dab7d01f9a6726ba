/** Owns a publisher that speaks plain HTTP: one request at a time, repeated under its id until it is answered. */
import type { Observation } from "@roomcast/hub/testing";
import { setTimeout as sleep } from "node:timers/promises";

import type { Member, Utterance } from "./member.ts";
import { dataOf, eventOf } from "./text.ts";
import { tokenOf } from "./tokens.ts";

const REPEAT_AFTER_MS = 20;
/** As the protocol says: what is not answered by then is unknown. */
const HORIZON_MS = 120_000;
const ANSWER_WITHIN_MS = 5_000;

export class HttpPublisher implements Member {
  readonly name: string;
  readonly reads = false;
  readonly present = true;
  readonly #url: string;
  readonly #observations: Observation[];
  readonly #ended = new AbortController();
  #line: Promise<void> = Promise.resolve();
  #pending = 0;

  constructor(url: string, name: string, observations: Observation[]) {
    this.#url = url;
    this.name = name;
    this.#observations = observations;
  }

  get pending(): number {
    return this.#pending;
  }

  publish(utterance: Utterance): void {
    this.#pending += 1;
    this.#line = this.#line.then(async () => {
      await this.#say(utterance);
      this.#pending -= 1;
    });
  }

  wake(): void {}

  offsetIn(): undefined {
    return undefined;
  }

  leave(): void {
    this.#ended.abort();
  }

  async #say({ id, room, padding }: Utterance): Promise<void> {
    const key = { room, sender: this.name, id };
    this.#observations.push({ kind: "invoke", client: this.name, echo: true, ...key });
    const giveUpAt = performance.now() + HORIZON_MS;
    while (performance.now() < giveUpAt && !this.#ended.signal.aborted) {
      const answer = await this.#post(room, id, padding);
      if (answer?.status === 200) {
        const { position } = answer.body as { position: { epoch: string; offset: number } };
        this.#observations.push({ kind: "ok", ...key, position });
        return;
      }
      if (answer !== undefined && answer.status < 500) {
        this.#observations.push({ kind: "fail", ...key, code: String(answer.status) });
        return;
      }
      await sleep(REPEAT_AFTER_MS);
    }
    this.#observations.push({ kind: "unknown", ...key });
  }

  /** @returns undefined when nobody answered. */
  async #post(
    room: string,
    id: string,
    padding: number,
  ): Promise<{ status: number; body: unknown } | undefined> {
    try {
      const answer = await fetch(`${this.#url}/v1/rooms/${room}/events`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${tokenOf(this.name)}`,
          "idempotency-key": id,
        },
        body: JSON.stringify({ event: eventOf(room), data: dataOf(id, padding) }),
        signal: AbortSignal.any([AbortSignal.timeout(ANSWER_WITHIN_MS), this.#ended.signal]),
      });
      return { status: answer.status, body: await answer.json() };
    } catch {
      return undefined;
    }
  }
}
