/** Owns who gets in: whoever brings a token that is good, and guests where the operator lets them. */
import { GUEST, type Identity, type MaybePromise, type Policy } from "@roomcast/hub";
import { err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

export interface TokenVerifier {
  /** MUST NOT throw on any token. */
  verify(token: string): Promise<Result<Identity, Refusal>>;
}

export class TokenDoor implements Pick<Policy, "authenticate"> {
  readonly #verifier: TokenVerifier | undefined;
  readonly #guests: boolean;
  readonly #onUnchecked: () => void;

  /** @param verifier undefined: there is nothing by which a token could be checked, so none is asked for and none is good. */
  constructor(verifier: TokenVerifier | undefined, guests: boolean, onUnchecked: () => void) {
    this.#verifier = verifier;
    this.#guests = guests;
    this.#onUnchecked = onUnchecked;
  }

  authenticate(token: string | undefined): MaybePromise<Result<Identity, Refusal>> {
    if (token !== undefined && this.#verifier !== undefined) return this.#verifier.verify(token);
    if (token !== undefined) this.#onUnchecked();
    return this.#guests ? ok(GUEST) : err(refusal("unauthorised"));
  }
}
