/** Owns messages of a server for tests: whole ones, of which a test names only what it is about. */
import type {
  Ack,
  Down,
  ErrorMessage,
  EventMessage,
  History,
  Joined,
  Position,
  Welcome,
} from "@roomcast/protocol";

const EPOCH = "e1";

export const at = (offset: number, epoch = EPOCH): Position => ({ epoch, offset });

export const welcome = (fields: Partial<Welcome> = {}): Welcome => ({
  type: "welcome",
  protocol: 1,
  clientId: "me",
  user: "guest:me",
  resume: "resume-1",
  resumed: false,
  durability: "memory",
  heartbeatMs: 25_000,
  limits: {},
  server: { name: "fake", version: "0", node: "n1" },
  ...fields,
});

export const joined = (room: string, fields: Partial<Joined> = {}): Joined => ({
  type: "joined",
  room,
  position: at(0),
  recovered: false,
  members: [],
  count: 0,
  events: [],
  ...fields,
});

/** A kept event: its id and its data say which. */
export const event = (offset: number, fields: Partial<EventMessage> = {}): EventMessage => ({
  type: "event",
  room: "general",
  event: "message",
  data: { text: `#${offset}` },
  id: `id-${offset}`,
  from: { clientId: "other", user: "guest:other", name: "Other" },
  time: 1000 + offset,
  offset,
  ...fields,
});

export const events = (from: number, to: number): EventMessage[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index));

export function ephemeral(id: string, fields: Partial<EventMessage> = {}): EventMessage {
  const { offset: _, ...rest } = event(0, { id, event: "typing", data: { on: true }, ...fields });
  return rest;
}

export const page = (id: string, fields: Partial<History> = {}): History => ({
  type: "history",
  id,
  room: "general",
  events: [],
  position: at(0),
  more: false,
  ...fields,
});

export const ack = (id: string, offset?: number, fields: Partial<Ack> = {}): Ack => ({
  type: "ack",
  id,
  room: "general",
  time: 1,
  ...(offset !== undefined && { position: at(offset) }),
  ...fields,
});

export const refused = (fields: Partial<ErrorMessage>): Down => ({
  type: "error",
  code: "overloaded",
  message: "not now",
  retry: "same_id",
  ...fields,
});
