/** Owns getting the body of a request: its type, its size, its time. */
import type { Clock } from "@roomcast/hub";
import { err, MAX_MESSAGE_BYTES, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import { MAX_PIECES } from "./pieces.ts";

const BODY_TIMEOUT_MS = 10_000;
/** A body that is too large is still read up to here, since a client that is writing reads no answer. */
const MAX_DISCARDED_BYTES = 1024 * 1024;

/** A refusal, with the status of HTTP where the code's own says less. */
export interface BodyFault {
  readonly refusal: Refusal;
  readonly status?: number;
}

/** @param type of the content, like "application/json". */
export async function readText(
  request: IncomingMessage,
  type: string,
  clock: Clock,
): Promise<Result<string, BodyFault>> {
  const { "content-type": given = "", "content-encoding": encoding = "identity" } = request.headers;
  const [mediaType = ""] = given.split(";", 1);
  if (mediaType.trim().toLowerCase() !== type || encoding !== "identity") {
    return err({
      refusal: refusal("bad_message", `the body must be ${type}, not compressed`),
      status: 415,
    });
  }
  const body = await readBody(request, clock);
  if (!body.ok) return body;
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(body.value));
  } catch {
    return err({ refusal: refusal("bad_message", "the body is not UTF-8") });
  }
}

function readBody(request: IncomingMessage, clock: Clock): Promise<Result<Buffer, BodyFault>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (outcome: Result<Buffer, BodyFault>): void => {
      deadline.cancel();
      request.off("data", take);
      resolve(outcome);
    };
    const tooLarge = (): void => {
      settle(err({ refusal: refusal("too_large", `a body is at most ${MAX_MESSAGE_BYTES} bytes`) }));
    };
    // Each is kept as a buffer of its own, which is two hundred bytes for one.
    const tooManyPieces = (): void => {
      settle(err({ refusal: refusal("bad_message", `a body comes in at most ${MAX_PIECES} pieces`) }));
    };
    const deadline = clock.after(BODY_TIMEOUT_MS, () => {
      settle(err({ refusal: refusal("bad_message", "the body did not come in time"), status: 408 }));
    });
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (chunks.length === MAX_PIECES) tooManyPieces();
      else if (bytes <= MAX_MESSAGE_BYTES) chunks.push(chunk);
      else if (bytes > MAX_DISCARDED_BYTES) tooLarge();
    };
    request.on("data", take);
    request.once("end", () => {
      if (bytes > MAX_MESSAGE_BYTES) tooLarge();
      else settle(ok(Buffer.concat(chunks)));
    });
    // Nobody is left to read this.
    request.once("close", () => {
      settle(err({ refusal: refusal("bad_message", "the body was not complete") }));
    });
  });
}
