/** Owns sessions that are forgotten with the process. */
import { ok, type Refusal, RESUME_WINDOW_MS, type Result } from "@roomcast/protocol";

import type { Clock } from "../ports/clock.ts";
import type { SessionStore, StoredSession } from "../ports/session-store.ts";
import { SteadyTime } from "../steady-time.ts";

/** Sessions that are gone with the process. */
export class MemorySessions implements SessionStore {
  readonly #time: SteadyTime;
  readonly #sessions = new Map<string, StoredSession>();
  /** Goes round all of them, a few steps at a time. To begin anew with each save would mean to pass over all that was deleted since. */
  #round = this.#sessions.values();

  constructor(clock: Clock) {
    this.#time = new SteadyTime(clock);
  }

  save(session: StoredSession): Promise<Result<undefined, Refusal>> {
    this.#sessions.set(session.clientId, session);
    this.#forget();
    return Promise.resolve(ok(undefined));
  }

  find(clientId: string): Promise<StoredSession | undefined> {
    return Promise.resolve(this.#sessions.get(clientId));
  }

  remove(clientId: string): void {
    this.#sessions.delete(clientId);
  }

  removeUser(user: string): void {
    for (const session of this.#sessions.values())
      if (session.user === user) this.#sessions.delete(session.clientId);
  }

  /** Two steps of the round for each save keep pace with what is added. */
  #forget(): void {
    const forgetBefore = this.#time.now() - RESUME_WINDOW_MS;
    for (let step = 0; step < 2; step += 1) {
      const { value: session, done } = this.#round.next();
      if (done === true) {
        this.#round = this.#sessions.values();
        return;
      }
      if (session.endedAt !== null && session.endedAt < forgetBefore) this.#sessions.delete(session.clientId);
    }
  }
}
