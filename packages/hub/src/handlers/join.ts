/** join → joined: who is told that it is in a room comes back into it, also after a crash, so that is kept first. */
import type { Join } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { enterRooms } from "../entering/entering.ts";
import { overLimit } from "../limits/limits.ts";

export async function join(exchange: Exchange, message: Join): Promise<void> {
  const { engine, peer, session } = exchange;
  const waitMs = peer.allowance.join();
  if (waitMs > 0) {
    peer.refuse(message, overLimit("joinsPerSecond", engine.telemetry, waitMs));
    return;
  }
  const isIn = (): boolean => session.subscriptions.has(message.room);
  let isKept = isIn();
  const answer = enterRooms(exchange, [message], () => {
    if (isKept) return;
    isKept = true;
    return engine.sessions.save(session);
  });
  await answer();
  // A room that was refused after all is none to come back to.
  if (isKept && !isIn()) void engine.sessions.save(session);
}
