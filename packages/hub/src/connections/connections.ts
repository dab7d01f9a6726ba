/** Owns the connections that are open: members' and readers', from their arrival until they are closed or drained. */
import { err, ok, type Refusal, type Result } from "@roomcast/protocol";

import type { Identity } from "../access/identity.ts";
import type { Engine } from "../engine.ts";
import type { Place } from "../entering/snapshot.ts";
import type { Connection, Ending, Inbox } from "../ports/connection.ts";
import { refusalOf } from "../reading.ts";
import { Peer } from "./peer.ts";
import { Reader } from "./reader.ts";

/** Sockets that are closed within one turn when the server drains. */
const DRAIN_SLICE = 100;

export class Connections {
  readonly #engine: Engine;
  readonly #peers = new Set<Peer>();
  readonly #readers = new Set<Reader>();
  /** One function for all peers. */
  readonly #forget = (closed: Peer): void => void this.#peers.delete(closed);
  #arrivals = 0;
  #drained: Promise<void> | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get draining(): boolean {
    return this.#drained !== undefined;
  }

  get size(): number {
    return this.#peers.size + this.#readers.size;
  }

  get readers(): ReadonlySet<Reader> {
    return this.#readers;
  }

  /** How many there are of each transport. */
  transports(): ReadonlyMap<string, number> {
    const numbers = new Map<string, number>();
    for (const { transport } of this.#all()) numbers.set(transport, (numbers.get(transport) ?? 0) + 1);
    return numbers;
  }

  /** The place of a connection among all, which says which of two is the newer. */
  arrive(): number {
    this.#arrivals += 1;
    return this.#arrivals;
  }

  accept(connection: Connection, number: number): Inbox {
    const peer = new Peer(this.#engine, connection, number, this.#forget);
    this.#peers.add(peer);
    if (this.draining) peer.close("restart");
    return peer;
  }

  async listen(identity: Identity, place: Place, connection: Connection): Promise<Result<Ending, Refusal>> {
    const { room } = place;
    const sees = (await refusalOf(this.#engine, identity, { kind: "history", room })) === undefined;
    // Asked last: whoever is banned later is a reader by then, and found.
    const refused = await refusalOf(this.#engine, identity, { kind: "join", room });
    if (refused !== undefined) return err(refused);
    if (this.draining) {
      // Were it refused, a browser's EventSource would not come back.
      connection.close("restart");
      return ok({ ended: () => undefined, gone: () => undefined });
    }
    const reader = new Reader(this.#engine, identity, room, connection, (closed) =>
      this.#readers.delete(closed),
    );
    this.#readers.add(reader);
    const unreadable = await reader.begin({ ...place, sees });
    if (unreadable === undefined) return ok(reader);
    reader.gone();
    return err(unreadable);
  }

  /** Takes nobody new, settles what was published, tells everybody when to come back, and closes. */
  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async #drain(): Promise<void> {
    const { appending, rooms, sessions, settings, random, clock } = this.#engine;
    await appending.close();
    for (const each of this.#all()) {
      each.notify({
        type: "drain",
        reconnectAfterMs: Math.round(random.fraction() * settings.drainSpreadMs),
      });
    }
    // The acks of the last group are still gathered, or being written.
    for (const room of rooms.all()) room.flush();
    const turn = (): Promise<void> =>
      new Promise((resolve) => {
        clock.afterTurn(resolve);
      });
    let closed = 0;
    for (const each of this.#all()) {
      each.close("restart");
      closed += 1;
      if (closed % DRAIN_SLICE === 0) await turn();
    }
    sessions.endAll();
  }

  #all(): readonly (Peer | Reader)[] {
    return [...this.#peers, ...this.#readers];
  }
}
