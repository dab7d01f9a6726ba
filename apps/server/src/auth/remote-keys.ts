/**
 * Owns the public keys that are fetched from the one URL of the settings: kept for ten minutes, and asked for earlier where a token names one
 * that is not known. However many tokens come, and whatever the endpoint answers, it is asked only now and then.
 */
import type { Clock } from "@roomcast/hub";
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from "jose";

/** A key that was taken out of the set is good for so much longer. */
const KEPT_MS = 600_000;
/** Whatever the answer was: who has just got a new key is not to be refused for long, and who makes keys up is not to ask for us. */
const ASK_AGAIN_MS = 5_000;

/** Nobody can say whether a token is good. */
export class KeysUnavailable extends Error {}

export function remoteKeys(url: URL, clock: Pick<Clock, "monotonicMs">): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    ...{ cacheMaxAge: KEPT_MS, cooldownDuration: ASK_AGAIN_MS },
    [customFetch]: sparing(clock),
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const unfit = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
      if (unfit.some((kind) => error instanceof kind)) throw error;
      throw new KeysUnavailable("no key set", { cause: error });
    }
  };
}

/** After an answer that is none jose would ask for each token. */
function sparing(clock: Pick<Clock, "monotonicMs">): FetchImplementation {
  let askedAtMs = -Infinity;
  return async (url, options) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs < ASK_AGAIN_MS) throw new Error("it was asked a moment ago");
    askedAtMs = nowMs;
    return fetch(url, options);
  };
}
