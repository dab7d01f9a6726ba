/** Owns what a Socket.IO client means: the auth of CONNECT as hello, an emit as the message that it stands for. */
import type { Decoded } from "@roomcast/hub";
import { checkUp, PROTOCOL_VERSION } from "@roomcast/protocol";

/** Messages that an emit of their name stands for. Whatever else is emitted is published. */
const REQUESTS: ReadonlySet<unknown> = new Set(["join", "leave", "presence", "history", "refresh"]);

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** Where a client has come to that comes back by itself: the last string that came last in an event. */
export function offsetOf(auth: unknown): string | undefined {
  const { pid, offset } = fieldsOf(auth);
  return typeof pid === "string" && typeof offset === "string" ? offset : undefined;
}

/** @param room that is entered when none is named, and no session comes back. */
export function helloOf(auth: unknown, room: string | undefined): Decoded {
  const { pid, ...given } = fieldsOf(auth);
  const resume = typeof pid === "string" ? { resume: pid } : {};
  const join = room === undefined || "resume" in { ...given, ...resume } ? {} : { join: [{ room }] };
  return checkUp({ ...join, ...given, ...resume, type: "hello", protocol: PROTOCOL_VERSION });
}

/**
 * @param room where it is published when none is named.
 * @param id of a message that has none.
 */
export function messageOf(
  [name, data = null, options]: readonly unknown[],
  room: string | undefined,
  id: string,
): Decoded {
  if (REQUESTS.has(name)) return checkUp({ id, ...fieldsOf(data), type: name });
  return checkUp({ id, room, ...fieldsOf(options), type: "publish", event: name, data });
}
