/** Owns users who are moderated in a test: a token is its user's name, and they are let do everything unless the test says otherwise. */
import { ok, type Result } from "@roomcast/protocol";

import type { Act, Done } from "../src/access/moderation.ts";
import type { HubOptions } from "../src/hub.ts";
import type { Policy } from "../src/ports/policy.ts";
import { type Client, type Stage, stage, valueOf } from "./stage.ts";

/** A token is its user's name, and when it was issued. */
export const policy: Policy = {
  authenticate(token = "") {
    const [user = "", issuedAt] = token.split(" ");
    return ok({
      user: user === "" ? null : user,
      ...(issuedAt !== undefined && { issuedAt: Number(issuedAt) }),
    });
  },
  authorise: () => undefined,
};

export const begin = (options: Pick<HubOptions, "sanctions" | "policy"> = {}): Stage =>
  stage({ policy, ...options });

export async function enter(
  s: Stage,
  token: string,
  ...rooms: string[]
): Promise<Client & { resume: string; id: string }> {
  const client = s.connect();
  const welcome = await client.hello({
    ...(token !== "" && { token }),
    join: rooms.map((room) => ({ room })),
  });
  await s.pass(1000);
  client.take();
  return Object.assign(client, { resume: welcome.resume, id: welcome.clientId });
}

export const act = async (s: Stage, what: Act): Promise<Result<Done, unknown>> => {
  const done = await s.hub.moderation.act(what);
  await s.settle();
  return done;
};

export const say = async (s: Stage, room = "r"): Promise<void> => {
  valueOf(await s.hub.publish({ room, event: "message", data: { text: "x" } }));
  await s.settle();
};
