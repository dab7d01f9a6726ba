/**
 * Owns which answers about rooms went over each HTTP connection, and to whom. The system has taken them, and nothing shows whether the
 * peer has read them: when its user loses a room, the connection is reset.
 */
import { type Carrier, type Carriers, type Identity, type Listener, withRoom } from "@roomcast/hub";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { outlast } from "../outlast.ts";
import { reset } from "../reset.ts";

interface Read {
  readonly user: string;
  readonly carrier: Carrier;
}

export class RoomReads {
  readonly #carriers: Pick<Carriers, "enter" | "leave">;
  readonly #reads = new WeakMap<Socket, Read[]>();

  constructor(carriers: Pick<Carriers, "enter" | "leave">) {
    this.#carriers = carriers;
  }

  /** To be called before the answer is sent. */
  answered(response: ServerResponse, identity: Identity, right: Carrier["right"], room: string): void {
    const { socket } = response.req;
    const user = identity.user ?? "guest";
    const listener: Listener = { identity, from: { user } };
    const reads = this.#reads.get(socket) ?? [];
    this.#reads.set(socket, reads);
    const known = reads.find((read) => read.user === user && read.carrier.right === right);
    const carrier = known?.carrier ?? carrierOf(socket, right);
    carrier.rooms = withRoom(carrier.rooms, room);
    // With the newest token of its user, by which it is asked about from now on.
    this.#carriers.enter(listener, carrier);
    if (known !== undefined) return;
    reads.push({ user, carrier });
    outlast(response, () => this.#carriers.leave(carrier));
  }
}

const carrierOf = (socket: Socket, right: Carrier["right"]): Carrier => ({
  right,
  rooms: undefined,
  dropUntaken: () => reset(socket),
});
