/**
 * Owns how a socket ends that has carried something of a room: it is reset. After a mere destroy the system goes on to deliver what it
 * has taken, and nobody can stop it any more.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Within this time somebody who has lost a right has lost its socket too: the promise is one second. */
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

/** From now on everything that would destroy the socket resets it: a time-out, a peer that closes its half, a fault that a parser finds. */
export function resetAtEnd(socket: Duplex): void {
  socket.destroy = resetInstead;
}

function resetInstead<Wire extends Duplex>(this: Wire): Wire {
  // The reset calls `destroy` itself, so the original comes back. Deleting ours would turn the object into a dictionary: slow, and 1.5 KB more.
  this.destroy = Reflect.get(Object.getPrototypeOf(this) as object, "destroy") as typeof this.destroy;
  reset(this);
  return this;
}

/** Only the TCP socket below TLS can be reset. Node keeps it in this field, which is not documented. */
function wireOf(socket: Duplex): Socket | undefined {
  const below = (socket as { _parent?: unknown })._parent;
  if (below instanceof Socket) return below;
  return socket instanceof Socket ? socket : undefined;
}
