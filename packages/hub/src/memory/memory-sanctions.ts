/** Owns sanctions that are forgotten with the process. */
import { ok, type Refusal, type Result } from "@roomcast/protocol";

import type { Sanction, SanctionKey, SanctionStore } from "../ports/sanction-store.ts";

/** Sanctions that are gone with the process. */
export class MemorySanctions implements SanctionStore {
  readonly #kept = new Map<string, Sanction>();

  get kept(): readonly Sanction[] {
    return [...this.#kept.values()];
  }

  impose(sanction: Sanction): Promise<Result<undefined, Refusal>> {
    this.#kept.set(keyOf(sanction), sanction);
    return Promise.resolve(ok(undefined));
  }

  lift(key: SanctionKey): Promise<Result<undefined, Refusal>> {
    this.#kept.delete(keyOf(key));
    return Promise.resolve(ok(undefined));
  }
}

const keyOf = ({ kind, user, room }: SanctionKey): string => JSON.stringify([kind, user, room]);
