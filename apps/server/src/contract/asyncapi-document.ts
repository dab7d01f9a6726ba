/**
 * Owns how a contract reads as AsyncAPI 3: the messages of the protocol on one channel, where `publish` and `event` are
 * told apart by the events of the application. What its validator cannot say is any value.
 */
import {
  type Contract,
  type Down,
  downSchemas,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  type Up,
  upSchemas,
} from "@roomcast/protocol";

import { jsonSchemaOf } from "./json-schema.ts";

type Direction = "up" | "down";

/** What answers a message, besides `error`. */
const REPLIES: Readonly<Record<Up["type"], readonly Down["type"][]>> = {
  hello: ["welcome", "joined"],
  join: ["joined"],
  leave: ["left"],
  publish: ["ack"],
  presence: ["ack"],
  history: ["history"],
  refresh: ["ack"],
  ping: ["pong"],
};

/** By direction: whose schemas, which of them carries the application's data, which side of its validators that data is. */
const DIRECTIONS = {
  up: { schemas: upSchemas, carrier: "publish", side: "input" },
  down: { schemas: downSchemas, carrier: "event", side: "output" },
} as const;

const CHANNEL = { $ref: "#/channels/socket" };
const schemaRef = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const messageRef = (name: string): object => ({ $ref: `#/channels/socket/messages/${name}` });

interface Message {
  readonly type: string;
  readonly content: object;
}

interface Half {
  /** By a name that begins with the direction. */
  readonly schemas: ReadonlyMap<string, object>;
  readonly messages: ReadonlyMap<string, Message>;
}

export async function asyncapiDocument(contract: Contract): Promise<object> {
  const [up, down] = await Promise.all([half(contract, "up"), half(contract, "down")]);
  const messages = new Map([...up.messages, ...down.messages]);
  const named = (half: Half, types: readonly string[]): object[] =>
    [...half.messages].flatMap(([name, { type }]) => (types.includes(type) ? [messageRef(name)] : []));
  const operations = Object.entries(REPLIES).map(([type, replies]): [string, object] => [
    type,
    {
      ...{ action: "receive", channel: CHANNEL, messages: named(up, [type]) },
      reply: { channel: CHANNEL, messages: named(down, [...replies, "error"]) },
    },
  ]);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Roomcast",
      version: String(PROTOCOL_VERSION),
      description: `The subprotocol ${SUBPROTOCOL} as its server takes part in it, with the events of its application. PROTOCOL.md says what the messages mean.`,
    },
    defaultContentType: "application/json",
    channels: {
      socket: {
        address: "/v1/ws",
        messages: Object.fromEntries([...messages].map(([name, { content }]) => [name, content])),
      },
    },
    operations: {
      ...Object.fromEntries(operations),
      tell: { action: "send", channel: CHANNEL, messages: [...down.messages.keys()].map(messageRef) },
    },
    components: { schemas: Object.fromEntries([...up.schemas, ...down.schemas]) },
  };
}

async function half({ events, strict }: Contract, direction: Direction): Promise<Half> {
  const { schemas: own, carrier, side } = DIRECTIONS[direction];
  const schemas = new Map<string, object>();
  const messages = new Map<string, Message>();
  for (const schema of own) {
    const type = schema.entries.type.literal;
    const name = `${direction}.${type}`;
    schemas.set(name, placed(name, (await jsonSchemaOf(schema, side)) ?? {}));
    const isCarrier = type === carrier;
    if (isCarrier && strict) continue;
    const others = isCarrier && { title: "any other event", summary: "Unchecked, kept, and replayed." };
    messages.set(name, { type, content: { name: type, ...others, payload: schemaRef(name) } });
  }
  for (const [event, { data, kept = true, publisher = "anyone" }] of Object.entries(events)) {
    if (direction === "up" && publisher === "server") continue;
    const dataName = `${direction}.data.${event}`;
    schemas.set(dataName, placed(dataName, (await jsonSchemaOf(data, side)) ?? {}));
    const properties = { event: { const: event }, data: schemaRef(dataName) };
    messages.set(`${direction}.${carrier}.${event}`, {
      type: carrier,
      content: {
        ...{ name: carrier, title: event, summary: kept ? "Kept, and replayed." : "To who is there now." },
        payload: { allOf: [schemaRef(`${direction}.${carrier}`), { properties }] },
      },
    });
  }
  return { schemas, messages };
}

/** What a schema refers to inside itself it finds where it now stands. */
function placed(name: string, schema: object): object {
  const root = `#/components/schemas/${name}`;
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === "$ref" && typeof value === "string" && value.startsWith("#") ? root + value.slice(1) : value,
  );
  return JSON.parse(text) as object;
}
