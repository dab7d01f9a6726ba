/** Owns the first message of a socket: who comes, and which rooms it wants, as many as a hello may hold. */
import { encodeUp, type Hello, type JoinTarget, MAX_HELLO_BYTES, PROTOCOL_VERSION } from "@roomcast/protocol";

const utf8 = new TextEncoder();
const bytesOf = (value: unknown): number => utf8.encode(JSON.stringify(value)).length;

/** @returns the frame, and how many of the targets it asks for, from the first on. */
export function helloFrame(
  who: Pick<Hello, "token" | "name" | "resume">,
  targets: readonly JoinTarget[],
): { frame: string; asked: number } {
  const hello: Hello = { type: "hello", protocol: PROTOCOL_VERSION, ...who, join: [] };
  let bytes = bytesOf(hello);
  let asked = 0;
  for (const target of targets) {
    // A comma each.
    bytes += bytesOf(target) + 1;
    if (bytes > MAX_HELLO_BYTES) break;
    asked += 1;
  }
  return { frame: encodeUp({ ...hello, join: targets.slice(0, asked) }), asked };
}
