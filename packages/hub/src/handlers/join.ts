/** join → joined. */
import type { Join } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { enterRooms } from "../entering.ts";

export async function join(exchange: Exchange, message: Join): Promise<void> {
  const { engine, session } = exchange;
  const isIn = (): boolean => session.subscriptions.has(message.room);
  const was = isIn();
  await enterRooms(exchange, [message]);
  if (isIn() !== was) void engine.sessions.save(session);
}
