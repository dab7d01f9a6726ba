/** Owns who is connected by which line, and what is wrong with the lines to come. */
import type { Socket, SocketListener } from "@roomcast/client";
import { SeededRandom } from "@roomcast/hub/testing";

import type { Life } from "./life.ts";
import { type Direction, Line } from "./line.ts";
import type { SimulatedServer } from "./simulated-server.ts";
import type { Timeline } from "./timeline.ts";
import type { Trace } from "./trace.ts";
import type { Newest } from "./wire-watch.ts";

export interface NetworkOptions {
  readonly server: SimulatedServer;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly onFault: (what: string) => void;
}

export class Network {
  readonly #options: NetworkOptions;
  readonly #lines = new Map<string, Line[]>();
  /** The next line of a member breaks off there. */
  readonly #breaks = new Map<string, { readonly direction: Direction; readonly bytes: number }>();
  /** The hello of a member's next line arrives so late. */
  readonly #strands = new Map<string, number>();
  readonly #newest: Newest = new Map();
  /** Lines that were opened. */
  count = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  open(member: string, listener: SocketListener, life: Life): Socket {
    const { server, timeline, random, trace, onFault } = this.#options;
    this.count += 1;
    const line = new Line({
      ...{ timeline, trace, onFault, listener, newest: this.#newest },
      name: `${member}#${this.count}`,
      random: new SeededRandom(random.below(2 ** 32)),
      accept: (connection) => server.accept(connection),
    });
    const planned = this.#breaks.get(member);
    if (planned !== undefined) line.breakAfter(planned.direction, planned.bytes);
    this.#breaks.delete(member);
    const lateMs = this.#strands.get(member);
    if (lateMs !== undefined) line.strandHello(lateMs);
    this.#strands.delete(member);
    life.onEnd(() => line.clientDied());
    this.#lines.set(member, [...(this.#lines.get(member) ?? []).filter(({ over }) => !over), line]);
    return line.socket;
  }

  /** The one that the member uses, if any. */
  latest(member: string): Line | undefined {
    return this.#lines.get(member)?.at(-1);
  }

  breakNext(member: string, direction: Direction, bytes: number): void {
    this.#breaks.set(member, { direction, bytes });
  }

  strandNext(member: string, lateMs: number): void {
    this.#strands.set(member, lateMs);
  }

  serverDied(machine: boolean): void {
    for (const line of [...this.#lines.values()].flat()) line.serverDied(machine);
  }

  heal(): void {
    this.#breaks.clear();
    this.#strands.clear();
    for (const line of [...this.#lines.values()].flat()) line.heal();
  }
}
