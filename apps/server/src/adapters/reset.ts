/** Owns the end of a connection whose peer is to get nothing more: a mere destroy leaves the system to deliver what it has taken. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What is to be gone within a second is gone by then. */
export const EXPULSION_MS = 800;

export function reset(socket: Duplex): void {
  const wire = wireOf(socket);
  try {
    if (wire === undefined) socket.destroy();
    else wire.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}

/** Below TLS only the wire can be reset; Node keeps it under this name, and tells nobody. */
function wireOf(socket: Duplex): Socket | undefined {
  const below = (socket as { _parent?: unknown })._parent;
  if (below instanceof Socket) return below;
  return socket instanceof Socket ? socket : undefined;
}
