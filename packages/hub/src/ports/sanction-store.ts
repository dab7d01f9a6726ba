/** Port: what was imposed on users, with its reason and its end. Outlives the process where the store does. */
import type { Refusal, Result } from "@roomcast/protocol";

/** What was imposed on a user. */
export interface Sanction {
  /**
   * `mute`: says nothing. `ban`: is not let in. `revoke`: what vouched for the user until then does so no more, and a newer
   * token does.
   */
  readonly kind: "mute" | "ban" | "revoke";
  /** As others see it: `from.user`. */
  readonly user: string;
  /** null: everywhere. */
  readonly room: string | null;
  readonly reason: string;
  /** Who imposed it. */
  readonly by: string;
  /** Ms since 1970. */
  readonly since: number;
  /** Ms since 1970 when it ends by itself; null: when it is lifted. */
  readonly until: number | null;
}

/** There is one sanction of a kind for a user in a place. */
export type SanctionKey = Pick<Sanction, "kind" | "user" | "room">;

/** What is called for one key MUST take effect in the order of the calls. */
export interface SanctionStore {
  /** What was kept when it was opened, in any order; some of it may have ended. */
  readonly kept: readonly Sanction[];
  /** Inserts or replaces. Resolves once it survives a killed process (where the store survives one at all). */
  impose(sanction: Sanction): Promise<Result<undefined, Refusal>>;
  lift(key: SanctionKey): Promise<Result<undefined, Refusal>>;
}
