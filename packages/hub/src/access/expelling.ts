/**
 * Owns how somebody is taken out of a room that they may not be in any more: at once, and without the events that have gathered
 * for them or are on their way.
 */
import type { Engine, Exchange } from "../engine.ts";
import type { Session } from "../sessions/session.ts";
import type { Expulsion } from "../sessions/sessions.ts";

const FORBIDDEN: Expulsion = { left: "forbidden", close: "forbidden" };

/** To be called whenever the answers may have changed. */
export async function leaveForbidden({
  engine,
  session,
}: Pick<Exchange, "engine" | "session">): Promise<void> {
  for (const room of [...session.subscriptions.keys()]) {
    const refused = await engine.access.refusal(session, { kind: "join", room });
    if (refused !== undefined) expel(engine, session, room, FORBIDDEN);
  }
}

/** Out of one room, with what is on its way from there. @returns whether it was there. */
export function expel(
  engine: Engine,
  session: Session,
  room: string,
  how: Omit<Expulsion, "close">,
): boolean {
  const isOut = takeOut(engine, session, room, how);
  if (isOut) engine.carriers.drop({ ...session.from, room });
  return isOut;
}

/** Out of one room; what is on its way from there is left to the caller. @returns whether it was there. */
export function takeOut(
  { sessions }: Engine,
  session: Session,
  room: string,
  { left, why, until }: Omit<Expulsion, "close">,
): boolean {
  if (!sessions.leave(session, room, left, { dropping: true })) return false;
  void sessions.save(session);
  session.peer?.notify({
    ...{ type: "left", room, reason: left },
    ...(why !== undefined && { message: why }),
    ...(typeof until === "number" && { until }),
  });
  return true;
}
