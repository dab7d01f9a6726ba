/** Owns sessions that are forgotten with the process. */
import { ok, type Refusal, RESUME_WINDOW_MS, type Result } from "@roomcast/protocol";

import type { Clock } from "./clock.ts";
import type { SessionStore, StoredSession } from "./session-store.ts";
import { SteadyTime } from "./steady-time.ts";

export class MemorySessions implements SessionStore {
  readonly #time: SteadyTime;
  /** Saved longest ago first. */
  readonly #sessions = new Map<string, StoredSession>();

  constructor(clock: Clock) {
    this.#time = new SteadyTime(clock);
  }

  save(session: StoredSession): Promise<Result<undefined, Refusal>> {
    this.#sessions.delete(session.clientId);
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

  /** Ended sessions lie behind those that live for long; two steps a save keep pace with what is added. */
  #forget(): void {
    const forgetBefore = this.#time.now() - RESUME_WINDOW_MS;
    let steps = 2;
    for (const session of this.#sessions.values()) {
      if (steps === 0) break;
      steps -= 1;
      this.#sessions.delete(session.clientId);
      if (session.endedAt === null || session.endedAt >= forgetBefore)
        this.#sessions.set(session.clientId, session);
    }
  }
}
