/** Owns what a moderator has imposed on somebody, as the server tells it when it refuses something (PROTOCOL.md, P-MAY-6). */
import type { Failure } from "@roomcast/client";

export interface Imposed {
  readonly what: "muted" | "banned";
  /** Ms since 1970; missing: until it is lifted. */
  readonly until?: number;
  /** In the words of whoever did it. */
  readonly reason?: string;
}

const TOLD = /^(?<what>muted|banned)(?: until (?<end>\d{4}-\d\d-\d\dT[\d:.]+Z))?(?:: (?<reason>.+))?$/su;

/** Undefined where it was refused for another reason. */
export function imposedBy({ code, message }: Pick<Failure, "code" | "message">): Imposed | undefined {
  const { what, end, reason } = (code === "forbidden" ? TOLD.exec(message)?.groups : undefined) ?? {};
  if (what !== "muted" && what !== "banned") return undefined;
  return {
    what,
    ...(end !== undefined && { until: Date.parse(end) }),
    ...(reason !== undefined && { reason }),
  };
}
