/** Owns what keeps somebody from writing in a room at all: that it is not for them to write in, or that they are muted. */
import type { Failure } from "@roomcast/client";

/** Whether this is why, and still is. */
export const silences = ({ code, imposed }: Failure, now: number): boolean =>
  code === "forbidden" && (imposed?.until === undefined || imposed.until > now);
