/** /v1/admin/moderation: what an operator does to users everywhere, and a moderator in the rooms that its rights name. */
import { ACTS, type ActName, type Clock, type Hub, type ModerationAct } from "@roomcast/hub";
import { err, isRoomName, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";
import * as v from "valibot";

import { type Actor, moderate, type ModeratingPorts, tellAudit } from "../../moderating.ts";
import type { Audit } from "../../telemetry/audit.ts";
import type { Entrance } from "../entrance.ts";
import { type Answer, answer, refused } from "../http/answer.ts";
import type { BodyFault } from "../http/read-body.ts";
import { readJsonObject } from "../http/read-json.ts";
import type { Call } from "../http/route.ts";
import type { Addresses } from "../peer-address.ts";
import type { RequestCredits } from "../request-credits.ts";
import { bodyFault } from "./body-fault.ts";
import { notOperator, type OperatorRules } from "./operator.ts";

export interface AdminModeratingPorts extends ModeratingPorts {
  readonly hub: Pick<Hub, "moderation" | "allows">;
  readonly entrance: Pick<Entrance, "identify">;
  readonly credits: Pick<RequestCredits, "charge">;
  readonly operators: OperatorRules;
  readonly clock: Clock;
  readonly addresses: Pick<Addresses, "of">;
}

/** Strict: a misspelt `room` or `until` would make an act count everywhere, or for ever. null says what leaving it out says. */
const actSchema = v.pipe(
  v.strictObject({
    act: v.picklist(Object.keys(ACTS) as ActName[]),
    user: v.string(),
    room: v.exactOptional(v.nullable(v.string())),
    reason: v.exactOptional(v.string()),
    until: v.exactOptional(v.nullable(v.number())),
    /** In the place of `until`. */
    forMs: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
  }),
  v.check(
    ({ until, forMs }) => forMs === undefined || until === undefined || until === null,
    "forMs: give it or until, not both",
  ),
);

export async function act(ports: AdminModeratingPorts, { request }: Call<never>): Promise<Answer> {
  const body = await readJsonObject(request, ports.clock);
  // Who may not ask is not told what is wrong with the question.
  const room = body.ok && typeof body.value["room"] === "string" ? body.value["room"] : undefined;
  const actor = await actorOf(ports, request, room);
  const asked = askedIn(body, ports.clock);
  const audit = paidAudit(ports, request);
  if (!actor.ok) {
    if (asked.ok && actor.error.actor !== undefined)
      tellAudit(audit, actor.error.actor, asked.value, actor.error.refusal);
    return refused(actor.error.refusal);
  }
  if (!asked.ok) return refused(asked.error.refusal, asked.error.status);
  return answer(await moderate({ ...ports, audit }, actor.value, asked.value), JSON.stringify);
}

/** Of each a line is kept for good: with any token one may have acts refused for ever. Who errs now and then has as many. */
const REFUSED_ACT_CREDITS = 9;

/** A refused act costs ten credits, that of its request among them. */
const paidAudit =
  ({ audit, credits }: AdminModeratingPorts, request: IncomingMessage): Audit =>
  (done) => {
    audit(done);
    if (done.refused !== undefined && done.by !== undefined)
      credits.charge(request, done.by, REFUSED_ACT_CREDITS);
  };

function askedIn(
  body: Awaited<ReturnType<typeof readJsonObject>>,
  clock: Clock,
): Result<ModerationAct, BodyFault> {
  if (!body.ok) return body;
  const asked = v.safeParse(actSchema, body.value);
  if (!asked.success) return err({ refusal: refusal("bad_message", bodyFault(asked.issues[0])) });
  const { room, until, forMs, ...said } = asked.output;
  const end = forMs === undefined ? until : clock.now() + forMs;
  return ok({
    ...said,
    ...(typeof room === "string" && { room }),
    ...(typeof end === "number" && { until: end }),
  });
}

export async function list(ports: AdminModeratingPorts, { request, query }: Call<never>): Promise<Answer> {
  const room = query.get("room") ?? undefined;
  const actor = await actorOf(ports, request, room);
  if (!actor.ok) return refused(actor.error.refusal);
  const sanctions = ports.hub.moderation
    .list(room)
    .filter((each) => actor.value.as === "operator" || each.room === room);
  return { status: 200, body: JSON.stringify({ sanctions }) };
}

interface Turned {
  readonly refusal: Refusal;
  /** Who it was, where that is known. */
  readonly actor?: Actor;
}

/** An operator may act on everything; whoever brings a user's token acts as that user, also at the server's own machine. */
async function actorOf(
  { operators, entrance, hub, addresses }: AdminModeratingPorts,
  request: IncomingMessage,
  room: string | undefined,
): Promise<Result<Actor, Turned>> {
  const remote = addresses.of(request);
  const stranger = notOperator(request, operators);
  if (stranger?.code === "forbidden") return err({ refusal: stranger });
  const bringsToken = operators.token === undefined && request.headers.authorization !== undefined;
  if (stranger === undefined && !bringsToken) return ok({ as: "operator", remote });
  const identity = await entrance.identify(request);
  // Whoever asks too often learns that, and leaves no line in the audit.
  if (!identity.ok)
    return err({
      refusal: identity.error.isOwnExcess === true ? identity.error : (stranger ?? identity.error),
    });
  const by = identity.value.user;
  if (by === null) return err({ refusal: stranger ?? refusal("unauthorised") });
  const actor: Actor = { as: "moderator", by, remote };
  // Without a room it would count everywhere.
  if (room === undefined || !isRoomName(room)) return err({ refusal: refusal("forbidden"), actor });
  const allowed = await hub.allows(identity.value, { kind: "moderate", room });
  return allowed.ok ? ok(actor) : err({ refusal: allowed.error, actor });
}
