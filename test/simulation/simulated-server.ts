/** Owns the server of a run: one life of its process after another, over one disk. */
import { type Connection, Hub, type Identity, type Inbox, type Policy } from "@roomcast/hub";
import { SeededRandom } from "@roomcast/hub/testing";
import { ok } from "@roomcast/protocol";

import type { Disk } from "./disk.ts";
import { Life } from "./life.ts";
import { SimulatedLog } from "./simulated-log.ts";
import { SimulatedSessions } from "./simulated-sessions.ts";
import type { Timeline } from "./timeline.ts";
import type { Trace } from "./trace.ts";
import { type Trouble, WriterQueue } from "./writer-queue.ts";

export interface ServerOptions {
  readonly disk: Disk;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly onFault: (what: string) => void;
  readonly maxQueuedBytes: number;
  readonly messagesPerSecond: number;
}

/** A token is the name of its user. */
const POLICY: Policy = {
  authenticate: (token) => ok<Identity>(token === undefined ? { user: null } : { user: token }),
  authorise: () => undefined,
};

interface Process {
  readonly life: Life;
  readonly hub: Hub;
  readonly log: SimulatedLog;
}

export class SimulatedServer {
  readonly trouble: Trouble = { flushMs: 0, readMs: 0, refuses: undefined, loses: new Set() };
  readonly #options: ServerOptions;
  #process: Process | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.heal();
    this.boot();
  }

  get hub(): Hub | undefined {
    return this.#process?.hub;
  }

  accept(connection: Connection): Inbox | undefined {
    return this.#process?.hub.accept(connection);
  }

  heal(): void {
    this.trouble.flushMs = FLUSH_MS;
    this.trouble.readMs = READ_MS;
    this.trouble.refuses = undefined;
    this.trouble.loses.clear();
  }

  boot(): void {
    if (this.#process !== undefined) return;
    const { disk, timeline, random, trace, maxQueuedBytes, messagesPerSecond } = this.#options;
    const life = new Life(timeline);
    const queue = new WriterQueue(disk, life, this.trouble, new SeededRandom(random.below(2 ** 32)));
    const log = new SimulatedLog(disk, queue, this.trouble);
    const hub = new Hub({
      ...{ log, sessions: new SimulatedSessions(disk, queue), clock: life, policy: POLICY },
      random: new SeededRandom(random.below(2 ** 32)),
      // Few, so that small rooms too are written to in slices.
      settings: { maxQueuedBytes, messagesPerSecond, membersPerTurn: 2 },
      telemetry: {
        record: (event) => {
          // A store that refuses is the run's own doing.
          if (event.kind === "fault" && event.where !== "session store")
            this.#options.onFault(`the hub reports a fault in ${event.where}: ${String(event.error)}`);
        },
      },
    });
    this.#process = { life, hub, log };
    trace.add(`server boots in generation ${disk.generation}`);
  }

  /** SIGKILL. @param lostGroups the machine goes too, and with it at most so many groups. */
  kill(lostGroups?: number): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    this.#options.trace.add(`server dies${lostGroups === undefined ? "" : " with its machine"}`);
    process.life.end();
    if (lostGroups !== undefined) this.#options.disk.loseTail(lostGroups);
  }

  /** SIGTERM. @param then when nothing of it is left. */
  drain(then: () => void): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#options.trace.add("server drains");
    void process.hub
      .drain()
      .then(() => process.log.close())
      .then(() => {
        if (this.#process !== process) return;
        this.#process = undefined;
        this.#options.trace.add("server has drained");
        process.life.end();
        then();
      });
  }
}

const FLUSH_MS = 4;
const READ_MS = 10;
