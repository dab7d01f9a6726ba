/** Owns the real thing that is compared with the model: a hub over a log, and sockets of which the test is the other end. */
import { Hub, type Inbox, type RoomLog, type SessionStore } from "@roomcast/hub";
import { FakeConnection, SeededRandom, SUITE_TIME } from "@roomcast/hub/testing";
import { decodeUp, type Down } from "@roomcast/protocol";

import { StandingClock } from "../sqlite-stores.ts";

export type Message<Type extends Down["type"]> = Extract<Down, { type: Type }>;

export interface Store {
  readonly log: RoomLog;
  readonly sessions: SessionStore;
}

/** Opens an empty store, and what a restart finds of it. */
export interface Storage {
  readonly open: () => Promise<Store>;
  readonly reopen: (after: "close" | "kill") => Promise<Store>;
  readonly survives: boolean;
}

class Socket extends FakeConnection {
  /** What waits for the next message. */
  onMessage: (() => void) | undefined;

  override send(frames: Uint8Array): void {
    super.send(frames);
    this.onMessage?.();
  }
}

/** Messages that nobody waits for, and that the model does not speak of. */
const ASIDE: ReadonlySet<Down["type"]> = new Set(["presence", "pong"]);

export class Line {
  readonly #socket = new Socket();
  readonly #inbox: Inbox;
  readonly #messages: Down[] = [];

  constructor(hub: Hub) {
    this.#inbox = hub.accept(this.#socket);
  }

  say(message: object): void {
    this.#inbox.receive(decodeUp(JSON.stringify(message)), 0);
  }

  /** The next message, however long it takes. @throws when it is of another type. */
  async next<Type extends Down["type"]>(type: Type): Promise<Message<Type>> {
    for (;;) {
      this.#messages.push(...this.#socket.take().filter((message) => !ASIDE.has(message.type)));
      const message = this.#messages.shift();
      if (message?.type === type) return message as Message<Type>;
      if (message !== undefined) throw new Error(`not ${type}, but ${JSON.stringify(message)}`);
      await new Promise<void>((resolve) => (this.#socket.onMessage = resolve));
    }
  }

  /** The socket vanishes. */
  end(): void {
    this.#inbox.ended(1006, "");
  }
}

export class System {
  readonly #storage: Storage;
  readonly #lines = new Map<string, Line>();
  readonly #faults: unknown[] = [];
  #hub: Hub;
  #ids = 0;
  #boots = 0;

  private constructor(storage: Storage, store: Store) {
    this.#storage = storage;
    this.#hub = this.#boot(store);
  }

  static async open(storage: Storage): Promise<System> {
    return new System(storage, await storage.open());
  }

  get hub(): Hub {
    return this.#hub;
  }

  get faults(): readonly unknown[] {
    return this.#faults;
  }

  /** Of a member that is connected. */
  line(name: string): Line {
    const line = this.#lines.get(name);
    if (line === undefined) throw new Error(`${name} has no socket`);
    return line;
  }

  connect(name: string): Line {
    const line = new Line(this.#hub);
    this.#lines.set(name, line);
    return line;
  }

  /** Of a request. */
  newId(): string {
    return `ask-${(this.#ids += 1)}`;
  }

  async restart(after: "close" | "kill"): Promise<void> {
    this.#lines.clear();
    this.#hub = this.#boot(await this.#storage.reopen(after));
  }

  #boot({ log, sessions }: Store): Hub {
    return new Hub({
      ...{ log, sessions, clock: new StandingClock(SUITE_TIME) },
      // Another for each boot: two members of a store that has survived must not be given one client id.
      random: new SeededRandom((this.#boots += 1)),
      settings: { messagesPerSecond: 0, joinsPerSecond: 0, historyReadsPerSecond: 0 },
      telemetry: {
        record: (event) => {
          if (event.kind === "fault") this.#faults.push(event.error);
        },
      },
    });
  }
}
