/** Owns getting a JSON object out of a request. */
import type { Clock } from "@roomcast/hub";
import { err, ok, parseJson, refusal, type Result } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import { type BodyFault, readText } from "./read-body.ts";

export async function readJsonObject(
  request: IncomingMessage,
  clock: Clock,
): Promise<Result<Readonly<Record<string, unknown>>, BodyFault>> {
  const text = await readText(request, "application/json", clock);
  if (!text.ok) return text;
  try {
    const value = parseJson(text.value);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return ok({ ...value });
  } catch {
    // Said below.
  }
  return err({ refusal: refusal("bad_message", "the body is not a JSON object") });
}
