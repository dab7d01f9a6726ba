/** Owns how somebody is taken out of rooms that they may not be in any more: at once, and what has gathered for them is dropped. */
import type { LeftReason } from "@roomcast/protocol";

import type { Engine, Exchange } from "./engine.ts";
import type { Session } from "./session.ts";

/** To be called whenever the answers may have changed. */
export async function leaveForbidden({
  engine,
  session,
}: Pick<Exchange, "engine" | "session">): Promise<void> {
  for (const room of [...session.subscriptions.keys()]) {
    const refused = await engine.policy.authorise(session.identity, { kind: "join", room });
    if (refused !== undefined) expel(engine, session, room, "forbidden");
  }
}

/** @returns whether it was there. */
export function expel({ sessions }: Engine, session: Session, room: string, reason: LeftReason): boolean {
  if (!sessions.leave(session, room, reason, { dropping: true })) return false;
  void sessions.save(session);
  session.peer?.notify({ type: "left", room, reason });
  return true;
}
