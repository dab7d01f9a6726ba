/** Owns who makes a request: what its bearer token says, or a guest where guests are let in. */
import type { Identity, Policy } from "@roomcast/hub";
import { err, type Refusal, refusal, type Result } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import { bearerToken } from "../bearer.ts";

export type Identify = (request: IncomingMessage) => Promise<Result<Identity, Refusal>>;

export const identifyBy =
  (policy: Pick<Policy, "authenticate">): Identify =>
  async (request) => {
    const token = bearerToken(request);
    return token === null ? err(refusal("unauthorised")) : policy.authenticate(token);
  };
