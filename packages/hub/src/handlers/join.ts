/** join → joined. */
import type { Join } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { enterRooms } from "../entering.ts";

export async function join(exchange: Exchange, message: Join): Promise<void> {
  const { engine, session } = exchange;
  const known = session.subscriptions.has(message.room);
  await enterRooms(exchange, [message]);
  if (!known && session.subscriptions.has(message.room)) void engine.sessions.save(session, null);
}
