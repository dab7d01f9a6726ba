/** Owns what came in one frame, from its arrival until its turn has come. */
import { type DecodeFailure, err, type Refusal, type Result, type Up } from "@roomcast/protocol";

import type { Engine } from "../engine.ts";
import type { Allowance } from "../limits/allowance.ts";
import { overLimit } from "../limits/limits.ts";
import type { Decoded } from "../ports/connection.ts";
import { type Asked, askedBy } from "./refusing.ts";

/** A message that was taken, or why it is refused when its turn comes; what it held is then not kept until then. */
export type Frame = Result<Up, Asked & Pick<DecodeFailure, keyof Refusal | "notAnObject">>;

/** How a frame is read when its turn has come. */
export type Unread = () => Frame;

/** Credit is taken on arrival, so that what waits is bounded by it too. */
export function charged(
  { telemetry }: Pick<Engine, "telemetry">,
  allowance: Allowance,
  frame: Decoded | (() => Decoded),
  bytes: number,
): Frame | Unread {
  if (typeof frame === "object") {
    if (!frame.ok) return frame;
    if (frame.value.type === "hello") {
      allowance.rooms(frame.value.join?.length ?? 0);
      return frame;
    }
  }
  const lack = allowance.message(bytes);
  if (lack === undefined) return frame;
  const decoded = typeof frame === "function" ? frame() : frame;
  const reason = overLimit(lack.limit, telemetry, lack.waitMs);
  return err({ ...reason, ...askedBy(decoded.ok ? decoded.value : decoded.error) });
}
