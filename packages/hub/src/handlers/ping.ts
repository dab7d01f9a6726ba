/** ping → pong. */
import type { Ping } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";

export function ping({ engine, peer }: Exchange, _message: Ping): void {
  peer.send({ type: "pong", time: engine.clock.now() });
}
