/** Owns a member that uses the SDK as an application does, and writes down all that it is told. */
import { type Client, connect, type OpenSocket, type Room } from "@roomcast/client";
import type { Observation } from "@roomcast/hub/testing";
import { events, type Events } from "@roomcast/protocol";

import type { Member, Utterance } from "./member.ts";
import { dataOf, eventOf, historyOf, idWithin } from "./text.ts";
import { tokenOf } from "./tokens.ts";

/** Of the longest wait before an attempt. */
const EAGER = 0.02;

export interface SdkMemberOptions {
  readonly url: string;
  readonly name: string;
  readonly rooms: readonly string[];
  /** Else a guest. */
  readonly token?: boolean;
  /** Hardly waits before it tries again. */
  readonly eager?: boolean;
  readonly observations: Observation[];
  readonly onFault: (what: string) => void;
  /** Default: the platform's. */
  readonly openSocket?: OpenSocket;
}

export class SdkMember implements Member {
  readonly name: string;
  readonly reads = true;
  readonly client: Client<Events>;
  readonly #rooms: ReadonlyMap<string, Room<Events>>;
  readonly #observations: Observation[];
  readonly #onFault: (what: string) => void;
  #pending = 0;
  #user: string | undefined;
  #wake: (() => void) | undefined;

  constructor({
    url,
    name,
    rooms,
    token = false,
    eager = false,
    observations,
    onFault,
    openSocket,
  }: SdkMemberOptions) {
    this.name = name;
    this.#observations = observations;
    this.#onFault = onFault;
    if (token) this.#user = name;
    this.client = connect(url, {
      contract: events,
      name,
      ...(token && { token: tokenOf(name) }),
      ports: {
        onWake: (wake) => {
          this.#wake = wake;
          return () => (this.#wake = undefined);
        },
        ...(openSocket && { openSocket }),
        ...(eager && { random: { id: () => crypto.randomUUID(), fraction: () => EAGER } }),
      },
      // Whatever the client reports is a bug in it or in this file.
      onError: (error) => onFault(`${name}: ${String(error)}`),
    });
    this.#rooms = new Map(rooms.map((room) => [room, this.#enter(room)]));
  }

  get pending(): number {
    return this.#pending;
  }

  get present(): boolean {
    return [...this.#rooms.values()].every(({ status }) => status.state === "joined");
  }

  wake(): void {
    this.#wake?.();
  }

  offsetIn(room: string): number | undefined {
    return this.#rooms.get(room)?.position?.offset;
  }

  /** Goes away on purpose, until `return`. */
  leave(): void {
    this.client.disconnect();
  }

  return(): void {
    this.client.connect();
  }

  /** A guest must have been present once: before, nobody knows as whom it publishes. */
  publish({ id, room, echo, padding }: Utterance): void {
    const user = this.client.user ?? this.#user;
    const entered = this.#rooms.get(room);
    if (user === undefined || entered === undefined) throw new Error(`${this.name} is not there yet`);
    // A guest whose session is lost is somebody else: sessions must survive a killed server and a cut network.
    this.#user ??= user;
    if (this.#user !== user) this.#onFault(`${this.name} was ${this.#user}, and came back as ${user}`);
    const key = { room, sender: user, id };
    this.#observations.push({ kind: "invoke", client: this.name, echo, ...key });
    this.#pending += 1;
    void entered
      .publish(eventOf(room) as "message", dataOf(id, padding), { id, ...(!echo && { echo }) })
      .then((result) => {
        this.#pending -= 1;
        if (result.ok && result.position !== undefined) {
          this.#observations.push({ kind: "ok", ...key, position: result.position });
        } else if (result.ok || result.code === "unknown" || result.code === "discarded") {
          this.#observations.push({ kind: "unknown", ...key });
        } else {
          this.#observations.push({ kind: "fail", ...key, code: result.code });
        }
      });
  }

  #enter(name: string): Room<Events> {
    const where = { reader: this.name, room: name };
    this.#observations.push({ kind: "begin", ...where, after: null, history: historyOf(name) });
    const room = this.client.room(name, { history: historyOf(name) });
    room.onAny(({ offset, epoch, id, from, data }) => {
      if (offset === undefined || epoch === undefined) return;
      const event = { epoch, offset, sender: from.user, id: idWithin(id, data) };
      this.#observations.push({ kind: "deliver", ...where, ...event });
    });
    room.onGap(({ reason, from, to, position }) => {
      this.#observations.push({ kind: "gap", ...where, reason, from, to, position });
    });
    room.onJoined(() => {
      if (room.position !== undefined)
        this.#observations.push({ kind: "joined", ...where, position: room.position });
    });
    return room;
  }
}
