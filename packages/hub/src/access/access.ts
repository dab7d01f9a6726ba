/**
 * Owns whether somebody may come in, and may do what: the policy says it, and what was imposed on them counts besides. Whatever is
 * done, by whatever transport, is asked here.
 */
import type { From, Refusal, Result } from "@roomcast/protocol";

import { isPromise, type MaybePromise } from "../maybe-promise.ts";
import type { Action, Policy } from "../ports/policy.ts";
import { type Identity, userWithoutSession } from "./identity.ts";
import type { Sanctions } from "./sanctions.ts";

/** Who wants to do it: what is known of them, and as whom the others see them. */
export interface Speaker {
  readonly identity: Identity;
  readonly from: Pick<From, "user">;
}

/** Somebody without a session. */
export const speakerOf = (identity: Identity): Speaker => ({
  identity,
  from: { user: userWithoutSession(identity) },
});

export class Access {
  readonly #policy: Policy;
  readonly #sanctions: Sanctions;
  /** How often the policy's answers have changed. */
  #changes = 0;

  constructor(policy: Policy, sanctions: Sanctions) {
    this.#policy = policy;
    this.#sanctions = sanctions;
  }

  authenticate(token: string | undefined): MaybePromise<Result<Identity, Refusal>> {
    return this.#policy.authenticate(token);
  }

  /** Why somebody may not be here at all. */
  entry({ identity, from }: Speaker): Refusal | undefined {
    return this.#sanctions.entry(from.user, identity);
  }

  /** The policy would answer otherwise than before: what it is being asked is asked again. */
  changed(): void {
    this.#changes += 1;
  }

  /** Why something may not be done; undefined where it may. What was imposed while the policy was asked counts too. */
  refusal(speaker: Speaker, action: Action): MaybePromise<Refusal | undefined> {
    const { identity, from } = speaker;
    const changes = this.#changes;
    const refused = this.#policy.authorise(identity, action);
    if (!isPromise(refused)) return refused ?? this.#sanctions.action(from.user, identity, action);
    return Promise.resolve(refused).then((later) =>
      changes === this.#changes
        ? (later ?? this.#sanctions.action(from.user, identity, action))
        : this.refusal(speaker, action),
    );
  }
}
