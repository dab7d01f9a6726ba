/** Owns what is done to users on this server, by whomever: each act is told to the audit, done or refused. */
import type { Done, Hub, ModerationAct } from "@roomcast/hub";
import type { Refusal, Result } from "@roomcast/protocol";

import type { Act, Audit } from "./telemetry/audit.ts";

export interface ModeratingPorts {
  readonly hub: Pick<Hub, "moderation">;
  readonly audit: Audit;
}

/** Who does it, and from where. */
export type Actor = Pick<Act, "as" | "by" | "remote">;

export async function moderate(
  { hub, audit }: ModeratingPorts,
  actor: Actor,
  act: Omit<ModerationAct, "by">,
): Promise<Result<Done, Refusal>> {
  const done = await hub.moderation.act({ ...act, by: actor.by ?? actor.as });
  tellAudit(audit, actor, act, done.ok ? undefined : done.error);
  return done;
}

export function tellAudit(
  audit: Audit,
  actor: Actor,
  { act, user, room, reason, until }: Omit<ModerationAct, "by">,
  refused: Refusal | undefined,
): void {
  audit({
    ...{ act, ...actor, user },
    ...(room !== undefined && { room }),
    ...(reason !== undefined && { reason }),
    ...(until !== undefined && { until }),
    ...(refused !== undefined && { refused: refused.code }),
  });
}
