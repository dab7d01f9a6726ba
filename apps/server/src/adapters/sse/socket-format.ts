/** Owns how the whole protocol looks in a stream of events: each message is the data of one. */
import type { Format } from "@roomcast/hub";
import { encodeDown } from "@roomcast/protocol";

import { eventBlock } from "./event-block.ts";

/** One object for all such connections: the hub encodes once per format. */
export const socketFormat: Format = {
  name: "sse",
  encode: (message) => Buffer.from(eventBlock({ data: encodeDown(message) })),
  join: (frames) => Buffer.concat(frames),
};
