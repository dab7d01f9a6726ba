/**
 * Owns a member: an application on the SDK that writes down all that it says and is told, dies, and comes back with what it
 * has kept. Each life of its program is a reader of its own.
 */
import { type Client, connect, type Room, type SocketListener, type Socket } from "@roomcast/client";
import { type Observation, SeededRandom } from "@roomcast/hub/testing";
import { CLOSE_CODES, events, type Events, type Position } from "@roomcast/protocol";

import { isDeepStrictEqual } from "node:util";

import { dataOf, idWithin } from "../chaos/text.ts";
import { Drawer } from "./drawer.ts";
import { Life } from "./life.ts";
import type { Timeline } from "./timeline.ts";

export interface MemberOptions {
  readonly name: string;
  /** Else a guest. */
  readonly user: string | undefined;
  /** What is not acked yet outlives the program, and so does its session. */
  readonly keepsDrawer: boolean;
  /** How many of the newest events it wants when it enters a room. */
  readonly history: number;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly observations: Observation[];
  readonly onFault: (what: string) => void;
  readonly open: (listener: SocketListener, life: Life) => Socket;
}

interface Pending {
  readonly id: string;
  readonly room: string;
  readonly echo: boolean;
  /** As whom it may have been sent. */
  readonly senders: Set<string>;
}

interface Program {
  readonly reader: string;
  readonly life: Life;
  readonly client: Client<Events>;
  readonly rooms: Map<string, Room<Events>>;
  readonly pending: Set<Pending>;
  wake: (() => void) | undefined;
}

export class SimulatedMember {
  readonly name: string;
  readonly #options: MemberOptions;
  readonly #drawer: Drawer | undefined;
  /** Where it was when its program died, by room. */
  readonly #bookmarks = new Map<string, Position | undefined>();
  #program: Program | undefined;
  #lives = 0;
  #ids = 0;

  constructor(options: MemberOptions, rooms: readonly string[]) {
    this.name = options.name;
    this.#options = options;
    this.#drawer = options.keepsDrawer ? new Drawer(options.random) : undefined;
    for (const room of rooms) this.#bookmarks.set(room, undefined);
    this.start();
  }

  /** It is where it wants to be, and has had all its answers. */
  isSettled(topOf: (room: string) => Position): boolean {
    const { rooms, client } = this.#program ?? {};
    return (
      client?.status.state === "connected" &&
      [...(rooms?.values() ?? [])].every(
        ({ name, status, position, pending }) =>
          status.state === "joined" &&
          isDeepStrictEqual(position, topOf(name)) &&
          pending.every(({ state }) => state === "failed"),
      )
    );
  }

  get standing(): string {
    const { rooms, pending, client } = this.#program ?? {};
    const places = [...(rooms?.values() ?? [])].map(
      ({ name, status, position }) => `${name} ${status.state} at ${position?.offset ?? "nothing"}`,
    );
    return `${this.name} is ${JSON.stringify(client?.status)}, waits for ${pending?.size ?? 0} answers; ${places.join(", ")}`;
  }

  start(): void {
    if (this.#program !== undefined) return;
    const { name, user, timeline, random, onFault, open } = this.#options;
    this.#lives += 1;
    const reader = this.#lives === 1 ? name : `${name}.${this.#lives}`;
    const life = new Life(timeline);
    let wake: (() => void) | undefined;
    const client = connect("ws://simulated", {
      contract: events,
      name,
      ...(user !== undefined && { token: user }),
      ...(this.#drawer !== undefined && { storage: this.#drawer.open(life) }),
      ports: {
        clock: life,
        random: new SeededRandom(random.below(2 ** 32)),
        openSocket: (_dial, listener) => open(listener, life),
        openStream: (_dial, listener) => open(listener, life),
        onWake: (run) => {
          wake = run;
          return () => (wake = undefined);
        },
        origin: undefined,
      },
      onError: (error) => onFault(`${reader}: ${String(error)}`),
    });
    const program: Program = {
      ...{ reader, life, client, rooms: new Map(), pending: this.#leftovers() },
      wake: () => wake?.(),
    };
    this.#program = program;
    client.onStatus((status) => {
      if (status.state === "connected") this.#readdress(program, client.user);
      if (status.state === "disconnected" && status.final && status.reason.code !== CLOSE_CODES.kicked.code)
        onFault(`${reader} has given up: ${status.reason.message}`);
    });
    this.#readdress(program, user);
    for (const [room, since] of this.#bookmarks) this.#enter(program, room, since);
  }

  /** The program is gone in an instant; the application has kept its positions. */
  die(): void {
    const program = this.#program;
    if (program === undefined) return;
    this.#program = undefined;
    program.life.end();
    for (const [name, room] of program.rooms) {
      this.#bookmarks.set(name, room.position);
      this.#options.observations.push({ kind: "leave", reader: program.reader, room: name });
    }
  }

  publish(room: string, echo: boolean): void {
    const program = this.#program;
    const entered = program?.rooms.get(room);
    if (program === undefined || entered === undefined) return;
    // A guest who was never there has no name yet under which an id could be its own.
    const user = program.client.user ?? this.#options.user;
    if (user === undefined) return;
    const id = `${this.name}${(this.#ids += 1)}`;
    const pending: Pending = { id, room, echo, senders: new Set() };
    program.pending.add(pending);
    this.#invoke(program, pending, user);
    void entered.publish("message", dataOf(id), { id, ...(!echo && { echo }) }).then((result) => {
      program.pending.delete(pending);
      if (program.life.ended) return;
      const { observations } = this.#options;
      if (result.ok && result.position !== undefined) {
        const sender = program.client.user ?? user;
        observations.push({ kind: "ok", room, sender, id, position: result.position });
      } else if (!result.ok && result.code !== "unknown" && result.code !== "discarded") {
        for (const sender of pending.senders)
          observations.push({ kind: "fail", room, sender, id, code: result.code });
      }
    });
  }

  enter(room: string): void {
    const program = this.#program;
    if (program !== undefined && !program.rooms.has(room)) this.#enter(program, room, undefined);
  }

  leave(room: string): void {
    this.#program?.rooms.get(room)?.leave();
  }

  disconnect(): void {
    this.#program?.client.disconnect();
  }

  connect(): void {
    this.#program?.client.connect();
  }

  /** Of its program: it is shown again, or the network is back. */
  wake(): void {
    this.#program?.wake?.();
  }

  get clientId(): string | undefined {
    return this.#program?.client.clientId;
  }

  #enter(program: Program, name: string, since: Position | undefined): void {
    const { observations, history } = this.#options;
    const { reader, rooms, client } = program;
    const where = { reader, room: name };
    observations.push({ kind: "begin", ...where, after: since ?? null, history });
    const room = client.room(name, { history, ...(since !== undefined && { since }) });
    rooms.set(name, room);
    const ifAlive =
      <Told>(tell: (told: Told) => void) =>
      (told: Told): void => {
        if (!program.life.ended) tell(told);
      };
    room.onAny(
      ifAlive(({ offset, epoch, id, from, data }) => {
        if (offset === undefined || epoch === undefined) return;
        const event = { epoch, offset, sender: from.user, id: idWithin(id, data) };
        observations.push({ kind: "deliver", ...where, ...event });
      }),
    );
    room.onGap(
      ifAlive(({ reason, from, to, position }) => {
        observations.push({ kind: "gap", ...where, reason, from, to, position });
      }),
    );
    room.onJoined(
      ifAlive(() => {
        if (room.position !== undefined)
          observations.push({ kind: "joined", ...where, position: room.position });
      }),
    );
    room.onStatus(
      ifAlive(({ state }) => {
        if (state !== "left" && state !== "refused") return;
        rooms.delete(name);
        this.#bookmarks.delete(name);
        observations.push({ kind: "leave", ...where });
      }),
    );
  }

  /** What waits goes out as whoever the client is by now. */
  #readdress(program: Program, user: string | undefined): void {
    if (user === undefined) return;
    for (const pending of program.pending)
      if (!pending.senders.has(user)) this.#invoke(program, pending, user);
  }

  #invoke({ reader }: Program, pending: Pending, sender: string): void {
    const { id, room, echo } = pending;
    pending.senders.add(sender);
    this.#options.observations.push({ kind: "invoke", client: reader, echo, room, sender, id });
  }

  /** What the program before has left is said once more, by this one. */
  #leftovers(): Set<Pending> {
    const publishes = this.#drawer?.contents.publishes ?? [];
    const waiting = publishes.filter(({ failed }) => failed === undefined);
    return new Set(
      waiting.map(({ id, room, echo }) => ({ id, room, echo: echo !== false, senders: new Set<string>() })),
    );
  }
}
