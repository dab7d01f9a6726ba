/**
 * Owns whether a JSON Web Token is good, and whom it names. Which algorithms may sign is decided here by the kind of
 * key, never by the token; keys come from the settings alone, and nothing in a token makes the server fetch anything.
 */
import type { Clock, Identity } from "@roomcast/hub";
import {
  err,
  MAX_NAME_LENGTH,
  MAX_TOKEN_LENGTH,
  ok,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";

import { KeysUnavailable, remoteKeys } from "./remote-keys.ts";
import type { TokenVerifier } from "./token-door.ts";
import type { NoteToken } from "./token-notes.ts";

const SECRET_ALGORITHMS = ["HS256"];
const PUBLIC_KEY_ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];
const MAX_SUBJECT_LENGTH = 255;
/** Names that the server itself gives out, as `from.user` or as who imposed something. */
const OWN_USERS = /^(guest|server|operator|application|guest:.*)$/s;

export interface JwtSettings {
  /** For HS256. */
  readonly jwtSecret?: string | undefined;
  /** What the secret was before: tokens that are signed by it are good until they expire. */
  readonly jwtOldSecret?: string | undefined;
  /** For signatures by a private key. */
  readonly jwksUrl?: URL | undefined;
  readonly jwtIssuer?: string | undefined;
  readonly jwtAudience?: string | undefined;
}

type Verify = (token: string, options: JWTVerifyOptions) => Promise<{ readonly payload: JWTPayload }>;

export class JwtVerifier implements TokenVerifier {
  readonly #verifyBy = new Map<string, Verify>();
  readonly #expected: JWTVerifyOptions;
  readonly #clock: Clock;
  readonly #note: NoteToken;

  constructor(settings: JwtSettings, clock: Clock, note: NoteToken = () => undefined) {
    const { jwtSecret, jwtOldSecret, jwksUrl, jwtIssuer, jwtAudience } = settings;
    this.#clock = clock;
    this.#note = note;
    this.#expected = {
      requiredClaims: ["sub"],
      ...(jwtIssuer !== undefined && { issuer: jwtIssuer }),
      ...(jwtAudience !== undefined && { audience: jwtAudience }),
    };
    if (jwtSecret !== undefined) {
      this.#allow(SECRET_ALGORITHMS, bySecrets(jwtSecret, jwtOldSecret));
    }
    if (jwksUrl !== undefined) {
      const keys = remoteKeys(jwksUrl, clock);
      this.#allow(PUBLIC_KEY_ALGORITHMS, (token, options) => jwtVerify(token, keys, options));
    }
  }

  async verify(token: string): Promise<Result<Identity, Refusal>> {
    if (token.length > MAX_TOKEN_LENGTH) return err(refusal("unauthorised", "the token is too long"));
    try {
      const { alg = "" } = decodeProtectedHeader(token);
      const verify = this.#verifyBy.get(alg);
      if (verify === undefined)
        return err(refusal("unauthorised", "the token is signed by no algorithm of this server"));
      const now = new Date(this.#clock.now());
      const { payload } = await verify(token, { ...this.#expected, algorithms: [alg], currentDate: now });
      return identityOf(payload);
    } catch (error) {
      const why = whyNot(error);
      if (why !== undefined) this.#note(`A token was refused: ${why}.`);
      return err(refusalOf(error));
    }
  }

  #allow(algorithms: readonly string[], verify: Verify): void {
    for (const algorithm of algorithms) this.#verifyBy.set(algorithm, verify);
  }
}

function bySecrets(secret: string, old: string | undefined): Verify {
  const keyOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const key = keyOf(secret);
  if (old === undefined) return (token, options) => jwtVerify(token, key, options);
  const oldKey = keyOf(old);
  return async (token, options) => {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) return jwtVerify(token, oldKey, options);
      throw error;
    }
  };
}

function identityOf(claims: JWTPayload): Result<Identity, Refusal> {
  const { sub, exp, iat, name } = claims;
  if (typeof sub !== "string" || sub === "" || sub.length > MAX_SUBJECT_LENGTH || OWN_USERS.test(sub)) {
    return err(refusal("unauthorised", "the token's subject is no user"));
  }
  return ok({
    user: sub,
    ...(typeof name === "string" && { name: shownName(name) }),
    ...(exp !== undefined && { expiresAt: exp * 1000 }),
    // One that does not say it may be as old as any.
    issuedAt: (iat ?? 0) * 1000,
    claims,
  });
}

/** What others may be shown (P-NAME-5): a cut leaves no half of a character. */
const shownName = (name: string): string =>
  name
    .toWellFormed()
    .slice(0, MAX_NAME_LENGTH)
    .replace(/\p{Surrogate}$/u, "");

/** Jose's own messages may quote the token. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof KeysUnavailable) {
    return refusal("internal", "the keys that tokens are checked by could not be fetched");
  }
  return refusal("unauthorised", error instanceof errors.JWTExpired ? "the token has expired" : undefined);
}

/** For the operator. Undefined where whoever brings the token is told as much. */
function whyNot(error: unknown): string | undefined {
  if (error instanceof KeysUnavailable || error instanceof errors.JWTExpired) return undefined;
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return "the secret or key of this server is not the one that signed it";
  if (error instanceof errors.JWKSNoMatchingKey) return "the key set has none for it";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim ${error.claim} is missing, or not as the settings have it`;
  return "it is not a JSON Web Token that can be read";
}
