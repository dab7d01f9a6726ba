/** Owns text ↔ message: the only file that knows both frames and the validator. Must not know who sends or receives. */
import * as v from "valibot";

import { boundsViolation } from "./bounds.ts";
import { type Down, downSchemas } from "./down.ts";
import { type ErrorCode, ERROR_CODES, type Refusal, refusal } from "./error-codes.ts";
import { idSchema, RESERVED_EVENTS, roomSchema } from "./ids.ts";
import { parseJson } from "./json.ts";
import { isJsonObject } from "./json-object.ts";
import { JsonText } from "./json-text.ts";
import type { EventMessage } from "./messages/event.ts";
import type { Member } from "./messages/member.ts";
import { err, ok, type Result } from "./result.ts";
import { type Up, upSchemas } from "./up.ts";

/** Why a frame could not be taken as a message. */
export interface DecodeFailure extends Refusal {
  /** Of the request, where they could be read. */
  readonly id?: string;
  readonly room?: string;
  /** The frame held no JSON object at all; such frames are counted against the peer. */
  readonly notAnObject?: true;
}

type Decoded<Message> = Result<Message, DecodeFailure>;
type Schema<Message> = v.GenericSchema<unknown, Message>;

const byType = <Message>(
  schemas: readonly { entries: { type: { literal: string } } }[],
): Map<string, Schema<Message>> =>
  new Map(schemas.map((schema) => [schema.entries.type.literal, schema as unknown as Schema<Message>]));

const UP = byType<Up>(upSchemas);
const DOWN = byType<Down>(downSchemas);

/** The field at fault decides the code; everything else is `bad_message`. */
const CODE_OF_FIELD = new Map<unknown, ErrorCode>([
  ["room", "bad_room"],
  ["event", "bad_event"],
  ["data", "invalid_data"],
  ["state", "invalid_data"],
]);

/** A text frame from a client, at most MAX_MESSAGE_BYTES of it. Unknown fields are dropped. */
export function decodeUp(text: string): Decoded<Up> {
  const parsed = parseObject(text);
  return parsed.ok ? checkUp(parsed.value) : parsed;
}

/** A text frame from a server. Unknown fields are dropped; an `unknown_type` is for the caller to ignore. */
export function decodeDown(text: string): Decoded<Down> {
  const parsed = parseObject(text);
  return parsed.ok ? check(DOWN, parsed.value) : parsed;
}

/** The same as decodeUp for transports that bring the message as an object already. */
export function checkUp(value: object): Decoded<Up> {
  const checked = check(UP, value);
  if (!checked.ok) return checked;
  const fault = faultOf(checked.value);
  return fault === undefined ? checked : err(withRequest(fault, value));
}

/** The text frame of a message to a server. */
export const encodeUp = (message: Up): string => JSON.stringify(message);

/** Data that is JsonText goes out as the text that it is, never parsed again. */
export function encodeDown(message: Down): string {
  switch (message.type) {
    case "event":
      return encodeEvent(message);
    case "joined": {
      const { type, id, room, position, recovered, members, events, ...rest } = message;
      const first = opened({ type, id, room, position, recovered });
      return `${first},"members":${listText(members)},${opened(rest).slice(1)},"events":${encodeEvents(events)}}`;
    }
    case "history": {
      const { events, ...rest } = message;
      return `${opened(rest)},"events":${encodeEvents(events)}}`;
    }
    default:
      return JSON.stringify(message);
  }
}

/** An object to which more is added. */
const opened = (fields: object): string => JSON.stringify(fields).slice(0, -1);

const encodeEvents = (events: readonly EventMessage[]): string => `[${events.map(encodeEvent).join(",")}]`;

/** From so many members on, printing them costs more than keeping the text. */
const LONG_LIST = 16;
/** Whoever tells the same list to many gives the same array, and does not change it: printed once, it goes with the array. */
const listTexts = new WeakMap<readonly Member[], string>();

function listText(members: readonly Member[]): string {
  if (members.length < LONG_LIST) return JSON.stringify(members);
  const known = listTexts.get(members);
  if (known !== undefined) return known;
  const text = JSON.stringify(members);
  listTexts.set(members, text);
  return text;
}

function encodeEvent(message: EventMessage): string {
  const data = message.data instanceof JsonText ? message.data : JsonText.of(message.data);
  // Room and event names need no escaping: their grammar is plain ASCII.
  const text =
    `{"type":"event","room":"${message.room}","event":"${message.event}",` +
    `"data":${data.text},"id":${JSON.stringify(message.id)},` +
    `"from":${JSON.stringify(message.from)},"time":${message.time}`;
  return message.offset === undefined ? `${text}}` : `${text},"offset":${message.offset}}`;
}

function parseObject(text: string): Decoded<object> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return err({ ...refusal("bad_message", "the frame is not JSON"), notAnObject: true });
  }
  if (isJsonObject(value)) return ok(value);
  return err({ ...refusal("bad_message", "the frame is not a JSON object"), notAnObject: true });
}

function check<Message>(schemas: Map<string, Schema<Message>>, value: object): Decoded<Message> {
  const type = "type" in value ? value.type : undefined;
  if (typeof type !== "string")
    return err(withRequest(refusal("bad_message", "type: expected a string"), value));
  const schema = schemas.get(type);
  if (schema === undefined) {
    const known = [...schemas.keys()].join(", ");
    return err(withRequest(refusal("unknown_type", `type: expected one of ${known}`), value));
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return ok(result.output);
  const [issue] = result.issues;
  const keys = issue.path?.map((item) => item.key) ?? [];
  const code = CODE_OF_FIELD.get(keys.findLast((key) => CODE_OF_FIELD.has(key))) ?? "bad_message";
  return err(withRequest(refusal(code, `${[type, ...keys].join(".")}: ${whyNot(issue, code)}`), value));
}

function whyNot({ input, message }: v.BaseIssue<unknown>, code: ErrorCode): string {
  if (code === "bad_room" || code === "bad_event") return ERROR_CODES[code].meaning;
  // No JSON says undefined.
  return input === undefined ? "is missing" : message;
}

/** What the schemas do not say: reserved names, fields that exclude each other, the bounds of an application's values. */
function faultOf(message: Up): Refusal | undefined {
  switch (message.type) {
    case "publish": {
      if (RESERVED_EVENTS.has(message.event)) return refusal("reserved_event");
      return boundsFault("publish.data", message.data);
    }
    case "presence":
    case "join":
      return boundsFault(`${message.type}.state`, message.state);
    case "hello":
      for (const target of message.join ?? []) {
        const fault = boundsFault("hello.join.state", target.state);
        if (fault !== undefined) return fault;
      }
      return undefined;
    case "history":
      if (message.before === undefined || message.after === undefined) return undefined;
      return refusal("bad_message", "history: give before or after, not both");
    default:
      return undefined;
  }
}

function boundsFault(field: string, value: unknown): Refusal | undefined {
  const violation = boundsViolation(value);
  return violation === undefined ? undefined : refusal("invalid_data", `${field}: ${violation}`);
}

function withRequest(
  reason: Refusal,
  value: { readonly id?: unknown; readonly room?: unknown },
): DecodeFailure {
  const { id, room } = value;
  return { ...reason, ...(v.is(idSchema, id) && { id }), ...(v.is(roomSchema, room) && { room }) };
}
