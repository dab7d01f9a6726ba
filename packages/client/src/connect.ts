/** Owns the way in: one call, one connection. */
import type { Contract } from "@roomcast/protocol";

import type { Client, ClientOptions } from "./client.ts";
import type { OpenContract } from "./open-contract.ts";
import { Session } from "./session.ts";

/**
 * Connects, and goes on trying until `disconnect()` or a final refusal.
 *
 * @param url "ws(s)://…" or "http(s)://…", with or without /v1/ws; in a browser "" or "/" is the page's own origin.
 * @throws TypeError on a URL, a name or a token that cannot be one.
 */
export function connect<C extends Contract = OpenContract>(
  url: string,
  options: ClientOptions<C> = {},
): Client<C> {
  const session = new Session<C>(url, options);
  session.connect();
  return session;
}
