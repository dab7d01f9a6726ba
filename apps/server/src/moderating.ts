/** Owns what is done to users on this server, by whomever: each act is told to the audit, done or refused. */
import { ACTS, type Done, type Hub, type ModerationAct } from "@roomcast/hub";
import { err, type Refusal, refusal, type Result } from "@roomcast/protocol";

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
  const done = isOutranked(hub, actor, act)
    ? err(refusal("forbidden", "an operator has imposed it"))
    : await hub.moderation.act({ ...act, by: actor.by ?? actor.as });
  tellAudit(audit, actor, act, done.ok ? undefined : done.error);
  return done;
}

/** What an operator or the application has imposed is no moderator's to lift, or to replace by something milder. */
function isOutranked(
  hub: ModeratingPorts["hub"],
  { as }: Actor,
  { act, user, room }: Omit<ModerationAct, "by">,
): boolean {
  if (as !== "moderator") return false;
  const rule = ACTS[act];
  const kind = "imposes" in rule ? rule.imposes : "lifts" in rule ? rule.lifts : undefined;
  return hub.moderation
    .list(room)
    .some(
      (each) =>
        each.kind === kind &&
        each.user === user &&
        each.room === (room ?? null) &&
        (each.by === "operator" || each.by === "application"),
    );
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
