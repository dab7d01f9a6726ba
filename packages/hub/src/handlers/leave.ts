/** leave → left: who is told that it is out of a room does not come back into it, also after a crash, so that is kept first. */
import { type Leave, refusal } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";

export async function leave({ engine, peer, session }: Exchange, message: Leave): Promise<void> {
  const { id, room } = message;
  const rooms = new Set(session.subscriptions.keys());
  if (rooms.delete(room)) await engine.sessions.save(session, rooms);
  // A newer socket of the session asks for itself.
  if (session.peer !== peer && session.peer !== null) return;
  if (engine.sessions.leave(session, room, "left")) peer.send({ type: "left", id, room, reason: "left" });
  else peer.refuse(message, refusal("not_joined"));
}
