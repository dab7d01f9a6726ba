/** Owns how a peer proves that it has taken all that was written: by the pong to a ping that nobody can guess, or by closing. If not, it is cut. */
import type { Clock } from "@roomcast/hub";
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";

import { EXPULSION_MS, reset } from "../reset.ts";

const PROOF_BYTES = 8;

export function cutUnlessTaken(ws: WebSocket, tcp: Duplex, clock: Clock): void {
  const proof = randomBytes(PROOF_BYTES);
  const deadline = clock.after(EXPULSION_MS, () => {
    settle();
    reset(tcp);
  });
  const heard = (echo: Buffer): void => {
    if (echo.equals(proof)) settle();
  };
  const settle = (): void => {
    deadline.cancel();
    ws.off("pong", heard).off("close", settle);
  };
  ws.on("pong", heard).once("close", settle);
  if (ws.readyState === WebSocket.OPEN) ws.ping(proof);
}
