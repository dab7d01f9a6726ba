/** Owns one hub on a stage: every port is in the test's hand, and when the test is over nothing may be left behind. */
import { decodeUp, type Down, type Result } from "@roomcast/protocol";
import { onTestFinished } from "vitest";

import { Hub, type HubOptions } from "../src/hub.ts";
import { MemoryLog } from "../src/memory/memory-log.ts";
import { MemorySessions } from "../src/memory/memory-sessions.ts";
import type { Format } from "../src/ports/connection.ts";
import type { Ending, Inbox } from "../src/ports/connection.ts";
import type { TelemetryEvent } from "../src/ports/telemetry.ts";
import { FakeConnection } from "../src/testing/fake-connection.ts";
import { HeldLog } from "../src/testing/held-log.ts";
import { ManualClock } from "../src/testing/manual-clock.ts";
import { expectNothingLeft } from "../src/testing/nothing-left.ts";
import { SeededRandom } from "../src/testing/seeded-random.ts";

export type Message<Type extends Down["type"]> = Extract<Down, { type: Type }>;

/** A client as an adapter shows it to the hub: text in, frames out, and an end that is told once. */
export class Client {
  readonly connection: FakeConnection;
  readonly #inbox: Inbox;
  readonly #stage: Stage;
  #told = false;

  constructor(stage: Stage, format?: Format, cursor?: string) {
    this.connection = new FakeConnection(format, cursor);
    this.#stage = stage;
    this.#inbox = stage.hub.accept(this.connection);
  }

  get closed(): string | undefined {
    return this.connection.closed?.name;
  }

  /** Nothing is settled: what comes next is in the same turn. */
  text(frame: string): void {
    this.#inbox.receive(decodeUp(frame), Buffer.byteLength(frame));
  }

  say(message: object): void {
    this.text(JSON.stringify(message));
  }

  /** Says it, and lets everything settle that it sets off. @returns what came since the last look. */
  async ask(message: object): Promise<Down[]> {
    this.say(message);
    await this.#stage.settle();
    return this.take();
  }

  /** Hello. @returns the welcome; what came with it is left to be taken. */
  async hello(hello: object = {}): Promise<Message<"welcome">> {
    this.say({ type: "hello", protocol: 1, ...hello });
    await this.#stage.settle();
    return only(this.seen(), "welcome")[0]!;
  }

  /** @returns what came since the last look. */
  take(): Down[] {
    return this.connection.take();
  }

  /** What came since the last look, and stays to be taken. */
  seen(): Down[] {
    return this.connection.messages;
  }

  /** Of one type, since the last look. */
  took<Type extends Down["type"]>(type: Type): Message<Type>[] {
    return only(this.take(), type);
  }

  /** The socket ends: 1006 when it just vanished. */
  async end(code = 1006): Promise<void> {
    this.endNow(code);
    await this.#stage.settle();
  }

  endNow(code = 1006): void {
    this.over(code);
    this.#inbox.gone();
  }

  /** The conversation ends, and the socket is still there with what it holds. */
  over(code = 1006): void {
    this.#told = true;
    this.#inbox.ended(code, "");
  }

  /** As a real socket does: what the hub has closed ends a moment later. */
  tellEnd(): void {
    if (this.#told || this.connection.closed === undefined) return;
    this.endNow(this.connection.closed.code);
  }
}

export const only = <Type extends Down["type"]>(messages: readonly Down[], type: Type): Message<Type>[] =>
  messages.filter((message): message is Message<Type> => message.type === type);

export const typesOf = (messages: readonly Down[]): string[] => messages.map(({ type }) => type);

/** The value of an expected outcome. */
export function valueOf<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

export class Stage {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly log: HeldLog;
  readonly sessions: HubOptions["sessions"];
  readonly told: TelemetryEvent[] = [];
  readonly hub: Hub;
  readonly clients: Client[] = [];
  readonly #readers: Ending[] = [];

  constructor(options: Partial<HubOptions> & { readonly seed?: number; readonly clock?: ManualClock } = {}) {
    this.clock = options.clock ?? new ManualClock();
    this.random = new SeededRandom(options.seed ?? 1);
    this.log = new HeldLog(options.log ?? new MemoryLog({ clock: this.clock, random: this.random }));
    this.sessions = options.sessions ?? new MemorySessions(this.clock);
    this.hub = new Hub({
      random: this.random,
      telemetry: { record: (event) => this.told.push(event) },
      ...options,
      clock: this.clock,
      log: this.log,
      sessions: this.sessions,
    });
  }

  /** A socket that has said nothing yet. */
  connect(format?: Format, cursor?: string): Client {
    const client = new Client(this, format, cursor);
    this.clients.push(client);
    return client;
  }

  /** A reader, whose socket is there until the end. */
  async listen(...asked: Parameters<Hub["listen"]>): ReturnType<Hub["listen"]> {
    const listening = await this.hub.listen(...asked);
    if (listening.ok) this.#readers.push(listening.value);
    return listening;
  }

  /** A client that is in these rooms, with nothing left to take. */
  async enter(rooms: readonly string[] = ["general"], hello: object = {}): Promise<Client & { id: string }> {
    const client = this.connect();
    const { clientId } = await client.hello({ join: rooms.map((room) => ({ room })), ...hello });
    await this.pass(1000);
    client.take();
    return Object.assign(client, { id: clientId });
  }

  /** Lets everything happen that needs no time: promises, ends of turns, ends of closed sockets. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      // A macrotask comes after all microtasks, those that they make too.
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.endTurn();
      for (const client of this.clients) client.tellEnd();
    }
  }

  async pass(ms: number): Promise<void> {
    await this.settle();
    this.clock.advance(ms);
    await this.settle();
  }

  /** Drains the hub, turn by turn, however many that takes. */
  async drain(): Promise<void> {
    const hub = { drained: false };
    void this.hub.drain().then(() => (hub.drained = true));
    for (let turn = 0; turn < 100 && !hub.drained; turn += 1) await this.settle();
  }

  /** Nothing that the test did not expect went wrong inside. */
  faults(): TelemetryEvent[] {
    return this.told.filter(({ kind }) => kind === "fault");
  }

  /** Everybody goes; then nothing may be left. */
  async leaveNothing(): Promise<void> {
    this.log.deliverReads();
    this.log.commit();
    await this.settle();
    for (const client of this.clients) client.endNow();
    for (const reader of this.#readers) reader.gone();
    await this.pass(GRACE_MS);
    expectNothingLeft(this.hub, this.clock);
  }
}

const GRACE_MS = 15_000;

/** A hub for one test, which is checked for leaks when the test is over. */
export function stage(options?: ConstructorParameters<typeof Stage>[0]): Stage {
  const one = new Stage(options);
  onTestFinished(() => one.leaveNothing());
  return one;
}
