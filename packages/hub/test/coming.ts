/** Owns clients that come, and come back, by what their tokens and sessions say. */
import { err, ok, refusal } from "@roomcast/protocol";

import { OPEN_DOOR, type Policy } from "../src/ports/policy.ts";
import type { Client, Stage } from "./stage.ts";

/** A token is the name of its user. */
export const NAMES: Policy = {
  ...OPEN_DOOR,
  authenticate: (token) => (token === "bad" ? err(refusal("unauthorised")) : ok({ user: token ?? null })),
};

interface Come {
  readonly client: Client;
  readonly clientId: string;
  readonly resume: string;
  readonly resumed: boolean;
  readonly rooms: string[];
}

export async function come(s: Stage, hello: object = {}): Promise<Come> {
  const client = s.connect();
  const { clientId, resume, resumed } = await client.hello(hello);
  const rooms = client.took("joined").map(({ room }) => room);
  return { client, clientId, resume, resumed, rooms };
}
