/** leave → left. */
import { type Leave, refusal } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";

export function leave({ engine, peer, session }: Exchange, message: Leave): void {
  const { id, room } = message;
  if (!engine.sessions.leave(session, room, "left")) {
    peer.refuse(message, refusal("not_joined"));
    return;
  }
  void engine.sessions.save(session);
  peer.send({ type: "left", id, room, reason: "left" });
}
