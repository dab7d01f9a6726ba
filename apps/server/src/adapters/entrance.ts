/**
 * Owns who comes in by a request, before anything of it is accepted: whose page it is, what the application's own hook
 * says, what its bearer token says. Every adapter asks here, and nowhere else.
 */
import {
  type Clock,
  type Identity,
  isPromise,
  type MaybePromise,
  type Policy,
  type Refused,
  whenReady,
} from "@roomcast/hub";
import { err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import { bearerToken } from "./bearer.ts";
import type { Origins } from "./origins.ts";
import { isLocal } from "./peer-address.ts";

/**
 * An application's own way of knowing its users, by a session's cookie or whatever else a request holds. Asked of each
 * upgrade, handshake and plain request before it is accepted; undefined leaves it to the token, and to the guest setting.
 */
export type Authenticate = (request: IncomingMessage) => MaybePromise<Identity | Refused | undefined>;

export interface EntranceOptions {
  readonly policy: Pick<Policy, "authenticate">;
  readonly origins: Origins;
  readonly clock: Clock;
  readonly authenticate?: Authenticate | undefined;
  /** The hook or the policy threw: a bug. */
  readonly onFault: (error: unknown) => void;
}

type Answer<Value> = MaybePromise<Result<Value, Refusal>>;

/** Deadline of what is asked before anything is accepted. */
const VOUCH_TIMEOUT_MS = 5_000;

export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Who makes a plain request: whom it vouches for, or a guest where guests are let in. */
  identify(request: IncomingMessage): Answer<Identity> {
    return this.#guarded(() =>
      whenReady(this.#vouched(request), (vouched): Answer<Identity> => {
        if (!vouched.ok) return vouched;
        return vouched.value === undefined ? this.#options.policy.authenticate(undefined) : ok(vouched.value);
      }),
    );
  }

  /**
   * Whom a request for a socket vouches for; undefined when its hello has to say. No promise where nobody needs to be asked.
   * A page can open a socket without its visitor's knowledge. So foreign pages get none; and a request that names no page must
   * show that it comes from none, by a token or from this machine.
   */
  vouch(request: IncomingMessage): Answer<Identity | undefined> {
    const { origins } = this.#options;
    if (origins.isForeign(request)) return err(refusal("forbidden", "pages of this origin may not connect"));
    return this.#guarded(() =>
      whenReady(this.#vouched(request), (vouched) => {
        const isKnown =
          !vouched.ok ||
          vouched.value !== undefined ||
          request.headers.origin !== undefined ||
          origins.allowsUnnamed(request) ||
          isLocal(request);
        if (isKnown) return vouched;
        return err(
          refusal(
            "forbidden",
            "a request without an Origin needs a bearer token, or must come from this machine",
          ),
        );
      }),
    );
  }

  #vouched(request: IncomingMessage): Answer<Identity | undefined> {
    // Of the time before the hook was asked: it may have looked then, and a revocation since must count.
    const askedAt = this.#options.clock.now();
    return whenReady(this.#options.authenticate?.(request), (known): Answer<Identity | undefined> => {
      if (known !== undefined)
        return "kind" in known ? err(known.refusal) : ok({ ...known, issuedAt: known.issuedAt ?? askedAt });
      const token = bearerToken(request);
      if (token === null) return err(refusal("unauthorised"));
      return token === undefined ? ok(undefined) : this.#options.policy.authenticate(token);
    });
  }

  /** A hook that throws is reported and answered with `internal`; one that takes too long, with `overloaded`. */
  #guarded<Value>(ask: () => Answer<Value>): Answer<Value> {
    const failed = (error: unknown): Result<Value, Refusal> => {
      this.#options.onFault(error);
      return err(refusal("internal"));
    };
    try {
      const answer = ask();
      return isPromise(answer) ? this.#inTime(Promise.resolve(answer).catch(failed)) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  async #inTime<Value>(answer: Promise<Result<Value, Refusal>>): Promise<Result<Value, Refusal>> {
    const { promise: late, resolve } = Promise.withResolvers<Result<Value, Refusal>>();
    const deadline = this.#options.clock.after(VOUCH_TIMEOUT_MS, () => {
      resolve(err(refusal("overloaded", "who is asking could not be found out in time")));
    });
    const first = await Promise.race([answer, late]);
    deadline.cancel();
    return first;
  }
}
