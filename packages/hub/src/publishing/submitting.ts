/** Owns publishing without a socket: by the embedding application itself, or by somebody who speaks plain HTTP. */
import {
  checkUp,
  err,
  type From,
  JsonText,
  MAX_NAME_LENGTH,
  ok,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import { type Identity, userWithoutSession } from "../access/identity.ts";
import type { Engine } from "../engine.ts";
import type { Draft } from "../ports/room-log.ts";
import { admit } from "./admission.ts";
import { deliver, type Destination, type Receipt } from "./delivering.ts";

/** What the embedding application publishes. */
export interface Publication {
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
  /** Default: a new one. */
  readonly id?: string;
  /** Default: the server itself. */
  readonly from?: From;
  /** To this member alone; not kept. */
  readonly to?: string;
}

/** What somebody publishes who has no socket. */
export interface Submission extends Omit<Publication, "from"> {
  readonly identity: Identity;
  /** What a guest wants to be called; a name that the identity vouches for wins. */
  readonly name?: string;
  /** Of a late repetition: ms since it was sent first. */
  readonly age?: number;
}

type Outcome = Result<Receipt, Refusal>;

/** `from` of what the embedding application publishes in its own name. */
const SERVER: From = { clientId: null, user: "server", name: "" };

/** No policy and no handler stand in the application's own way, only the contract. */
export async function publish(engine: Engine, publication: Publication): Promise<Outcome> {
  const { event, data, from = SERVER } = publication;
  const request = requestOf(engine, publication);
  if (!request.ok) return request;
  const checked = engine.contract.check(event, data, "server");
  if (!checked.ok) return checked;
  const { to, ...named } = request.value;
  const { kept } = checked.value;
  return send(engine, { ...named, from, data: JsonText.of(checked.value.data) }, { kept, to });
}

/** Under the same rules as a publish over a socket. All guests share one scope of ids. */
export async function submit(engine: Engine, submission: Submission): Promise<Outcome> {
  const { data, identity } = submission;
  // What it is to publish may have taken its time to come.
  if (identity.expiresAt !== undefined && identity.expiresAt <= engine.clock.now())
    return err(refusal("unauthorised", "the token has expired"));
  const name = identity.name ?? submission.name ?? "";
  if (name.length > MAX_NAME_LENGTH) {
    return err(refusal("bad_message", `a name is at most ${MAX_NAME_LENGTH} characters`));
  }
  const request = requestOf(engine, submission);
  if (!request.ok) return request;
  const from: From = { clientId: null, user: userWithoutSession(identity), name };
  const admitted = await admit(engine, { ...request.value, data, from, identity }, submission.age);
  if (!admitted.ok) return admitted;
  const { id, room, to } = request.value;
  if (admitted.value.kind === "answer")
    return ok({ id, room, time: engine.clock.now(), answer: admitted.value.answer });
  const { event, data: admittedData, kept } = admitted.value;
  return send(engine, { room, event, data: admittedData, id, from }, { kept, to });
}

/** The names are put into frames as they are, and everybody must be able to print the data. */
function requestOf(
  { random }: Engine,
  { room, event, data, id = random.id(), to }: Omit<Publication, "from">,
): Result<Pick<Draft, "room" | "event" | "id"> & { readonly to?: string }, Refusal> {
  const request = { room, event, id, ...(to !== undefined && { to }) };
  const checked = checkUp({ type: "publish", ...request, data });
  return checked.ok ? ok(request) : err(refusal(checked.error.code, checked.error.message));
}

const send = (engine: Engine, event: Omit<Draft, "time">, destination: Destination): Promise<Outcome> =>
  new Promise((resolve) => {
    deliver(engine, { ...event, time: engine.clock.now() }, destination, resolve);
  });
