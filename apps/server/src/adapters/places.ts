/**
 * Owns how many connections there may be, in all and from one address, and how fast they may come, over all transports.
 * When it is full, a connection that has not said hello makes way for a newer one: else sockets that say nothing would keep everybody out.
 */
import {
  ARRIVALS_BURST_MS,
  overLimit,
  type Clock,
  Credits,
  type LimitName,
  type Limits,
  type Telemetry,
} from "@roomcast/hub";
import { err, ok, type Refusal, type Result } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import type { Doorstep } from "./doorstep.ts";
import { type Addresses, networkOf } from "./peer-address.ts";

export interface PlacesOptions {
  readonly clock: Clock;
  readonly addresses: Addresses;
  readonly telemetry: Pick<Telemetry, "record">;
  /** 0 is no limit. Where `connectionsPerAddress` is 0, upgrades have none either: addresses then do not tell clients apart. */
  readonly limits: Pick<Limits, "maxConnections" | "connectionsPerAddress" | "upgradesPerSecond">;
  /** Is told of whoever comes too fast. */
  readonly doorstep: Pick<Doorstep, "refused">;
}

/** Why a connection ends whose place somebody else needs. */
export const GIVEN_AWAY = "no hello, and others wait";

/** When to try again if a place must become free first. */
const RETRY_AFTER_MS = 5_000;

/** Of one network. */
interface Crowd {
  count: number;
  /** The one that came first stands first. */
  readonly strangers: Set<Place>;
}

/** Of one connection, from the request for it to its end. */
export class Place {
  readonly remote: string;
  /** To be set while the place may be given to a newer connection. When called, this one has lost it, and MUST end. */
  onGivenAway: (() => void) | undefined;
  /** Undefined once it was left. */
  crowd: Crowd | undefined;
  readonly #places: Places;

  constructor(places: Places, remote: string, crowd: Crowd) {
    this.#places = places;
    this.remote = remote;
    this.crowd = crowd;
  }

  /** It has said hello, or who it is: it stays. */
  keep(): void {
    this.#places.keep(this);
  }

  /** MAY be called again. */
  leave(): void {
    this.#places.leave(this);
  }
}

export class Places {
  readonly addresses: Addresses;
  readonly #options: PlacesOptions;
  readonly #upgrades: Credits;
  readonly #strangers = new Set<Place>();
  readonly #crowds = new Map<string, Crowd>();
  #count = 0;

  constructor(options: PlacesOptions) {
    const { connectionsPerAddress, upgradesPerSecond } = options.limits;
    this.#options = options;
    this.addresses = options.addresses;
    this.#upgrades = new Credits(
      options.clock,
      connectionsPerAddress === 0 ? 0 : upgradesPerSecond,
      ARRIVALS_BURST_MS,
    );
  }

  /** How many are taken. */
  get size(): number {
    return this.#count;
  }

  /** @returns a place that MUST be left, or why there is none. */
  take(request: IncomingMessage): Result<Place, Refusal> {
    const { maxConnections, connectionsPerAddress } = this.#options.limits;
    const remote = this.addresses.of(request);
    const network = networkOf(remote);
    const waitMs = this.#upgrades.take(network);
    if (waitMs > 0) {
      this.#options.doorstep.refused(request.socket);
      return this.#full("upgradesPerSecond", waitMs);
    }
    const crowd = this.#crowds.get(network) ?? { count: 0, strangers: new Set() };
    if (isFull(crowd.count, connectionsPerAddress) && !giveAwayFirst(crowd.strangers))
      return this.#full("connectionsPerAddress");
    if (isFull(this.#count, maxConnections) && !giveAwayFirst(this.#strangers))
      return this.#full("maxConnections");
    const place = new Place(this, remote, crowd);
    this.#count += 1;
    crowd.count += 1;
    crowd.strangers.add(place);
    this.#crowds.set(network, crowd);
    this.#strangers.add(place);
    return ok(place);
  }

  keep(place: Place): void {
    place.onGivenAway = undefined;
    this.#strangers.delete(place);
    place.crowd?.strangers.delete(place);
  }

  leave(place: Place): void {
    const { crowd } = place;
    if (crowd === undefined) return;
    this.keep(place);
    place.crowd = undefined;
    this.#count -= 1;
    crowd.count -= 1;
    if (crowd.count === 0) this.#crowds.delete(networkOf(place.remote));
  }

  #full(limit: LimitName, retryAfterMs = RETRY_AFTER_MS): Result<Place, Refusal> {
    return err(overLimit(limit, this.#options.telemetry, retryAfterMs));
  }
}

const isFull = (count: number, limit: number): boolean => limit > 0 && count >= limit;

/** @returns whether there was one. */
function giveAwayFirst(strangers: ReadonlySet<Place>): boolean {
  const [first] = strangers;
  if (first === undefined) return false;
  const { onGivenAway } = first;
  first.leave();
  onGivenAway?.();
  return true;
}
