/** decodeUp, against another reading of PROTOCOL.md. */
import { decodeUp } from "@roomcast/protocol";
import { isDeepStrictEqual } from "node:util";

import { anyFrame } from "../mutate.ts";
import { readMessage } from "../reference-messages.ts";
import { Disagreement, type Target } from "../target.ts";

export const messages: Target = {
  make: (chance) => Buffer.from(anyFrame(chance)),
  take(input) {
    const text = input.toString();
    const ours = decodeUp(text);
    const theirs = readMessage(text);
    if (ours.ok !== (theirs !== undefined)) throw new Disagreement(text, ours, theirs ?? "no message");
    if (ours.ok && !isDeepStrictEqual({ ...ours.value }, theirs))
      throw new Disagreement(text, ours.value, theirs);
    return ours.ok ? [] : [ours.error.code];
  },
};
