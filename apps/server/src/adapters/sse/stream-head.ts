/** Owns what the head of an answer says that goes on as a stream of events, to whoever reads it and whoever passes it on. */
import { SECURITY_HEADERS } from "../security-headers.ts";

export const STREAM_HEAD = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store, no-transform",
  ...SECURITY_HEADERS,
  // nginx would gather the events until its buffer is full.
  "X-Accel-Buffering": "no",
} as const;
