/**
 * Owns the end of a socket over which something of a room went: a mere destroy leaves the system to deliver what it has taken,
 * when nobody can stop it any more.
 */
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

/** Whatever ends it from now on, resets it: a time-out, a peer that closes its half, a parser that finds fault. */
export function resetAtEnd(socket: Duplex): void {
  socket.destroy = resetInstead;
}

function resetInstead<Wire extends Duplex>(this: Wire): Wire {
  // From here on it is its own again, which a reset calls. Taken out, it would make the socket a dictionary: slow, and 1.5 KB more.
  this.destroy = Reflect.get(Object.getPrototypeOf(this) as object, "destroy") as typeof this.destroy;
  reset(this);
  return this;
}

/** Below TLS only the wire can be reset; Node keeps it under this name, and tells nobody. */
function wireOf(socket: Duplex): Socket | undefined {
  const below = (socket as { _parent?: unknown })._parent;
  if (below instanceof Socket) return below;
  return socket instanceof Socket ? socket : undefined;
}
