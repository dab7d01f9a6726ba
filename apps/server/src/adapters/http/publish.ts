/** POST /v1/rooms/{room}/events → ack: a publish by somebody who has no socket. */
import type { Clock, Hub, Random } from "@roomcast/hub";
import { checkUp, MAX_NAME_LENGTH, refusal } from "@roomcast/protocol";

import type { Entrance } from "../entrance.ts";
import { type Answer, answer, refused } from "./answer.ts";
import { readJsonObject } from "./read-json.ts";
import type { Call } from "./route.ts";

export interface PublishPorts {
  readonly hub: Pick<Hub, "submit">;
  readonly clock: Clock;
  readonly random: Random;
  readonly entrance: Pick<Entrance, "identify">;
}

export async function publish(ports: PublishPorts, { request, parameters }: Call<"room">): Promise<Answer> {
  const identity = await ports.entrance.identify(request);
  if (!identity.ok) return refused(identity.error);
  const body = await readJsonObject(request, ports.clock);
  if (!body.ok) return refused(body.error.refusal, body.error.status);
  const { event, data, name } = body.value;
  const id = request.headers["idempotency-key"] ?? body.value["id"] ?? ports.random.id();
  const checked = checkUp({
    type: "publish",
    id,
    room: parameters.room,
    event,
    ...("data" in body.value && { data }),
    ...("age" in body.value && { age: body.value["age"] }),
  });
  if (!checked.ok) return refused(checked.error);
  if (checked.value.type !== "publish") return refused(refusal("internal"));
  if (!isName(name))
    return refused(refusal("bad_message", `name: expected a text of at most ${MAX_NAME_LENGTH}`));
  const { type: _, ...submission } = checked.value;
  const submitted = await ports.hub.submit({
    ...submission,
    identity: identity.value,
    ...(name !== undefined && { name }),
  });
  return answer(submitted, JSON.stringify);
}

function isName(name: unknown): name is string | undefined {
  return (
    name === undefined || (typeof name === "string" && name.length <= MAX_NAME_LENGTH && name.isWellFormed())
  );
}
