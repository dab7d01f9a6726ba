/** Owns what an operator sees of the hub, and does to it: looked at when asked, so that it costs nothing meanwhile. */
import { type Contract, err, isRoomName, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

import type { Engine } from "./engine.ts";
import type { Durability } from "./ports/room-log.ts";
import type { ClientFacts } from "./ports/telemetry.ts";
import type { Traffic } from "./publishing/traffic.ts";
import type { Session } from "./sessions/session.ts";

/** A client that is connected. */
export interface ClientView extends ClientFacts {
  readonly connectedMs: number;
  /** What it has still to take. */
  readonly queuedBytes: number;
  readonly rooms: readonly string[];
}

/** How much of a room is kept. */
export interface RoomExtent {
  readonly epoch: string;
  /** The highest offset that was trimmed; 0 when none was. */
  readonly floor: number;
  readonly top: number;
}

/** What goes on in a hub, for operators. */
export class Inspection {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get contract(): Contract {
    return this.#engine.contract;
  }

  /** How many rooms there are in memory. */
  get rooms(): number {
    return this.#engine.rooms.size;
  }

  get durability(): Durability {
    return this.#engine.log.durability;
  }

  /** Since the hub began. */
  get traffic(): Pick<Traffic, "eventsIn" | "eventsOut"> {
    return this.#engine.traffic;
  }

  /** Events that wait for the log. */
  get appending(): number {
    return this.#engine.appending.underWay;
  }

  *clients(): IterableIterator<ClientView> {
    for (const session of this.#engine.sessions.all()) {
      const view = viewOf(session);
      if (view !== undefined) yield view;
    }
  }

  /** Those who have more than so much to take. */
  slow(beyondBytes: number): ClientView[] {
    const slow: ClientView[] = [];
    for (const session of this.#engine.sessions.all()) {
      if ((session.peer?.queuedBytes ?? 0) <= beyondBytes) continue;
      const view = viewOf(session);
      if (view !== undefined) slow.push(view);
    }
    return slow;
  }

  client(clientId: string): ClientView | undefined {
    const session = this.#engine.sessions.find(clientId);
    return session && viewOf(session);
  }

  async extent(room: string): Promise<Result<RoomExtent, Refusal>> {
    if (!isRoomName(room)) return err(refusal("bad_room"));
    const read = await this.#engine.log.read(room, { limit: 0 });
    if (!read.ok) return read;
    const { epoch, floor, top } = read.value;
    return ok({ epoch, floor, top });
  }

  /** Ends its socket alone: it may come back as itself. false: no such client is connected. */
  disconnect(clientId: string): boolean {
    const peer = this.#engine.sessions.find(clientId)?.peer;
    peer?.close("goingAway");
    return peer !== undefined && peer !== null;
  }
}

/** undefined while its socket is gone and it is only expected back. */
function viewOf(session: Session): ClientView | undefined {
  const { peer } = session;
  if (peer === null) return undefined;
  const { connectedMs, queuedBytes } = peer;
  return { ...peer.facts(session), connectedMs, queuedBytes, rooms: [...session.subscriptions.keys()] };
}
