/** Owns the world of one run, put together from a seed: a server, its members, and the network between them. */
import { type FinalLog, type History, type Observation, SeededRandom } from "@roomcast/hub/testing";

import type { Position } from "@roomcast/protocol";

import { dataOf, idWithin } from "../chaos/text.ts";
import { Disk } from "./disk.ts";
import { Network } from "./network.ts";
import { SimulatedMember } from "./simulated-member.ts";
import { SimulatedServer } from "./simulated-server.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";

const ROOMS = ["red", "green", "blue"];
const NAMES = ["a", "b", "c", "d", "e"];
/** By which everybody must be back, in the order of the longest waits: an outbox gives up after 2 minutes. */
const MAX_HEALING_MS = 5 * 60_000;
/** A client knows the last 1,000 events again when a new epoch brings them back: no run has more. */
const MAX_PUBLISHED_HERE = 500;
const LOOK_EVERY_MS = 500;
/** Who is told nothing more has nothing more to come. */
const QUIET_MS = 5_000;

export class Scene {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly server: SimulatedServer;
  readonly network: Network;
  readonly rooms: readonly [string, ...string[]];
  readonly members: readonly [SimulatedMember, ...SimulatedMember[]];
  readonly disk: Disk;
  readonly observations: Observation[] = [];
  /** What broke outside of the rules S1–S8. */
  readonly faults: string[] = [];
  /** A relay has lost something, which shows with what comes next. */
  relayLost = false;
  #published = 0;

  constructor(seed: number) {
    const shape = new SeededRandom(seed);
    const chance = (): SeededRandom => new SeededRandom(shape.below(2 ** 32));
    const onFault = (what: string): void => {
      this.trace.add(what);
      this.faults.push(what);
    };
    this.timeline = new Timeline(chance());
    const { timeline } = this;
    const trace = (this.trace = new Trace(() => timeline.nowMs));
    const some = (all: readonly string[], least: number): [string, ...string[]] =>
      all.slice(0, least + shape.below(all.length - least + 1)) as [string, ...string[]];
    this.rooms = some(ROOMS, 1);
    this.disk = new Disk(
      shape.pick(["process", "disk"]),
      { historyEvents: shape.pick([5, 20, 10_000]) },
      chance(),
    );
    this.server = new SimulatedServer({
      ...{ disk: this.disk, timeline, trace, onFault, random: chance() },
      maxQueuedBytes: shape.pick([6_000, 1_000_000]),
      messagesPerSecond: shape.pick([0, 0, 20]),
    });
    this.network = new Network({ server: this.server, timeline, trace, onFault, random: chance() });
    this.members = some(NAMES, 2).map(
      (name) =>
        new SimulatedMember(
          {
            ...{ name, timeline, onFault, observations: this.observations, random: chance() },
            user: shape.pick([undefined, name]),
            keepsDrawer: shape.below(3) === 0,
            history: shape.pick([0, 5, 50, 300]),
            open: (listener, life) => this.network.open(name, listener, life),
          },
          this.rooms.filter(() => shape.below(4) > 0),
        ),
    ) as [SimulatedMember, ...SimulatedMember[]];
  }

  /** By the application in the server itself. */
  publishHere(room: string, count: number): void {
    const left = MAX_PUBLISHED_HERE - this.#published;
    for (let each = Math.min(count, left); each > 0; each -= 1) this.#publishHere(room);
  }

  #publishHere(room: string): void {
    const { hub } = this.server;
    if (hub === undefined) return;
    const id = `application${(this.#published += 1)}`;
    const key = { room, sender: "server", id };
    this.observations.push({ kind: "invoke", client: "application", echo: true, ...key });
    void hub.publish({ room, event: "message", data: dataOf(id), id }).then((result) => {
      if (!result.ok) this.observations.push({ kind: "fail", ...key, code: result.error.code });
      else if (result.value.position !== undefined)
        this.observations.push({ kind: "ok", ...key, position: result.value.position });
    });
  }

  kill(lostGroups?: number): void {
    this.server.kill(lostGroups);
    this.network.serverDied(lostGroups !== undefined);
  }

  /** All is well again, and everybody comes back. */
  async heal(): Promise<void> {
    this.trace.add("all heals");
    this.server.heal();
    this.network.heal();
    this.server.boot();
    for (const member of this.members) {
      member.start();
      member.connect();
    }
    // Whoever was cut off hears of it first.
    await this.timeline.pass(QUIET_MS);
    await this.#settle();
    if (this.relayLost) for (const room of this.rooms) this.#publishHere(room);
    await this.timeline.pass(QUIET_MS);
    // Who was told something, or found a better way to the server, is on the way again.
    await this.#settle();
    for (const member of this.members)
      if (!member.isSettled((room) => this.#topOf(room)))
        this.faults.push(`it has not come back: ${member.standing}`);
  }

  get history(): History {
    return { observations: this.observations, logs: this.rooms.map((room) => this.#finalLog(room)) };
  }

  async #settle(): Promise<void> {
    const endMs = this.timeline.nowMs + MAX_HEALING_MS;
    while (this.timeline.nowMs < endMs && !this.#isSettled()) {
      await this.timeline.pass(LOOK_EVERY_MS);
      // A drain may have been under way.
      this.server.boot();
    }
  }

  #isSettled(): boolean {
    return this.members.every((member) => member.isSettled((room) => this.#topOf(room)));
  }

  #topOf(room: string): Position {
    const { epoch, top } = this.disk.read(room, { limit: 0 });
    return { epoch, offset: top };
  }

  #finalLog(room: string): FinalLog {
    const { epoch, floor, top, events } = this.disk.read(room, { after: 0, limit: Infinity });
    return {
      ...{ room, epoch, floor, top },
      events: events.map(({ offset, id, from, data }) => ({
        ...{ offset, sender: from.user },
        id: idWithin(id, data.toJSON()),
      })),
    };
  }
}
