/** Owns the setting of a client's test: a client whose clock, chance and network the test holds in its hand. */
import type { Contract, Down, JoinTarget, Welcome } from "@roomcast/protocol";

import type { Client, ClientOptions } from "../client.ts";
import { connect } from "../connect.ts";
import type { OpenContract } from "../open-contract.ts";
import type { Ports } from "../platform/ports.ts";
import { FakeNetwork, type FakeSocket } from "./fake-socket.ts";
import { ManualClock } from "./manual-clock.ts";
import { joined, welcome } from "./messages.ts";

export class World<C extends Contract = OpenContract> {
  readonly clock = new ManualClock();
  readonly network = new FakeNetwork();
  /** What went to `onError`. */
  readonly errors: unknown[] = [];
  /** What chance says from now on. */
  chance = 0.5;
  readonly client: Client<C>;
  #ids = 0;
  readonly #wakers = new Set<() => void>();

  constructor(options: ClientOptions<C> = {}) {
    const ports: Ports = {
      clock: this.clock,
      random: { id: () => `r${++this.#ids}`, fraction: () => this.chance },
      openSocket: this.network.open,
      openStream: this.network.open,
      onWake: (wake) => {
        this.#wakers.add(wake);
        return () => void this.#wakers.delete(wake);
      },
      origin: undefined,
      report: (error) => void this.errors.push(error),
    };
    this.client = connect("ws://test", { ports, ...options });
  }

  get socket(): FakeSocket {
    return this.network.latest;
  }

  /** How many wait for a wake. */
  get watchers(): number {
    return this.#wakers.size;
  }

  wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }

  /** The socket opens, and the server answers hello. @param answer to each room that hello asks for. */
  greet(
    fields: Partial<Welcome> = {},
    answer: (target: JoinTarget) => Down = ({ room, since }) =>
      joined(room, since === undefined ? {} : { position: since, recovered: true }),
  ): FakeSocket {
    const { socket } = this;
    socket.open();
    socket.say(welcome(fields));
    for (const target of socket.last("hello").join ?? []) socket.say(answer(target));
    return socket;
  }

  /** The wait before the next attempt passes; its socket is there, and not open. */
  returnToNetwork(): FakeSocket {
    const { status } = this.client;
    if (status.state !== "reconnecting" || status.retryAt === null) throw new Error(`it is ${status.state}`);
    this.clock.pass(status.retryAt - this.clock.now());
    return this.socket;
  }
}

/** What a promise has become once all that is under way has settled; undefined while it waits. */
export async function settled<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return Promise.race([promise, turns().then(() => undefined)]);
}

/** Everything that waits for a promise has its turn. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
