/** POST: what an operator does. Each of it is told to the audit. */
import type { Clock, Hub, Random } from "@roomcast/hub";
import { checkUp, type From, isRoomName, refusal } from "@roomcast/protocol";
import * as v from "valibot";

import type { Act, Audit } from "../../telemetry/audit.ts";
import { type Answer, answer, refused } from "../http/answer.ts";
import { readJsonObject } from "../http/read-json.ts";
import type { Call } from "../http/route.ts";
import type { Addresses } from "../peer-address.ts";
import { bodyFault } from "./body-fault.ts";
import { unknownClient } from "./looking.ts";

export interface ActingPorts {
  readonly hub: Pick<Hub, "publish" | "kick" | "inspection">;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
  readonly addresses: Pick<Addresses, "of">;
}

/** Whose name stands on what an operator publishes. */
const OPERATOR: From = { clientId: null, user: "operator", name: "Operator" };

/** In the name of the operator: no policy and no handler stand in the way, only the contract. */
export async function publish(
  { hub, clock, random, audit, addresses }: ActingPorts,
  { request, parameters: { room } }: Call<"room">,
): Promise<Answer> {
  const body = await readJsonObject(request, clock);
  if (!body.ok) return refused(body.error.refusal, body.error.status);
  const id = request.headers["idempotency-key"] ?? random.id();
  const checked = checkUp({ ...body.value, type: "publish", id, room });
  if (!checked.ok) return refused(checked.error);
  if (checked.value.type !== "publish") return refused(refusal("internal"));
  const { event, data } = checked.value;
  const published = await hub.publish({ room, event, data, id: checked.value.id, from: OPERATOR });
  audit({
    act: "publish",
    as: "operator",
    remote: addresses.of(request),
    room,
    event,
    ...(!published.ok && { refused: published.error.code }),
  });
  return answer(published, JSON.stringify);
}

/** Strict: a misspelt `room` would put the client out of all of them. */
const kickSchema = v.strictObject({ room: v.exactOptional(v.unknown()) });

/** Out of the server, or of the one room that the body names. */
export async function kick(
  { hub, clock, audit, addresses }: ActingPorts,
  { request, parameters: { client: clientId } }: Call<"client">,
): Promise<Answer> {
  const body = await readJsonObject(request, clock);
  if (!body.ok) return refused(body.error.refusal, body.error.status);
  const asked = v.safeParse(kickSchema, body.value);
  if (!asked.success) return refused(refusal("bad_message", bodyFault(asked.issues[0])));
  const { room } = asked.output;
  if (room !== undefined && (typeof room !== "string" || !isRoomName(room)))
    return refused(refusal("bad_room"));
  const isDone = hub.kick(clientId, room);
  return acted(isDone, audit, {
    act: "kick",
    as: "operator",
    remote: addresses.of(request),
    clientId,
    ...(room !== undefined && { room }),
  });
}

/** Its socket alone: the client may come back as itself, and most do. */
export function disconnect(
  { hub, audit, addresses }: ActingPorts,
  { request, parameters: { client: clientId } }: Call<"client">,
): Answer {
  const isDone = hub.inspection.disconnect(clientId);
  const remote = addresses.of(request);
  return acted(isDone, audit, { act: "disconnect", as: "operator", remote, clientId });
}

function acted(isDone: boolean, audit: Audit, act: Act): Answer {
  if (isDone) {
    audit(act);
    return { status: 200, body: "{}" };
  }
  const reason = unknownClient();
  audit({ ...act, refused: reason.code });
  return refused(reason);
}
