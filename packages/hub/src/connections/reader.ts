/**
 * Owns one reader of a room: it hears what comes after its position and is told what is missing, at its own pace, and is
 * nobody: no member, no session, no voice. It gets `joined` for each page that it has yet to read, then what is live.
 */
import { CLOSE_CODES, type CloseName, type Down, type Refusal, refusal } from "@roomcast/protocol";

import { speakerOf } from "../access/access.ts";
import type { Identity } from "../access/identity.ts";
import type { Engine } from "../engine.ts";
import type { Reached } from "../entering/cursor.ts";
import { goLive, joinedOf, meets, readSnapshot, type Sight, type Snapshot } from "../entering/snapshot.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";
import type { Connection, Ending } from "../ports/connection.ts";
import type { ReaderFacts } from "../ports/telemetry.ts";
import { Subscription } from "../rooms/subscription.ts";
import type { Listener } from "./carriers.ts";
import { Expiry, type ExpiryListener } from "./expiry.ts";
import { Outlet, type Recipient } from "./outlet.ts";

export class Reader implements Recipient, ExpiryListener, Ending {
  readonly #engine: Engine;
  readonly outlet: Outlet;
  readonly #expiry: Expiry;
  readonly #listener: Listener;
  readonly #subscription: Subscription;
  readonly #facts: ReaderFacts;
  readonly #onClosed: (reader: Reader) => void;
  #closed = false;

  /** From now on live events are held for it. */
  constructor(
    engine: Engine,
    identity: Identity,
    room: string,
    connection: Connection,
    onClosed: (reader: Reader) => void,
  ) {
    const { remote, transport } = connection;
    this.#engine = engine;
    this.outlet = new Outlet(engine, connection);
    this.#expiry = new Expiry(engine.clock, this);
    this.#listener = speakerOf(identity);
    this.#facts = { room, user: this.#listener.from.user, remote, transport };
    this.#onClosed = onClosed;
    this.#subscription = new Subscription(engine.rooms.open(room), this);
    this.#subscription.room.enter(this.#subscription);
    engine.carriers.enter(this.#listener, this.outlet);
    engine.telemetry.record({ kind: "reader_opened", reader: this.#facts });
  }

  get transport(): string {
    return this.#facts.transport;
  }

  get user(): string {
    return this.#facts.user;
  }

  get room(): string {
    return this.#facts.room;
  }

  /** Whether it may still hear the room. */
  mayStay(): MaybePromise<boolean> {
    return this.#may("join");
  }

  /** Resolves when it is known that the room can be read; what there is to read follows. @returns why it cannot. */
  async begin(place: Sight): Promise<Refusal | undefined> {
    this.#expiry.watch(this.#listener.identity.expiresAt);
    try {
      const first = await readSnapshot(this.#engine, place, this.#subscription);
      if (!first.ok) {
        this.ended(1006, first.error.code);
        return first.error;
      }
      this.#read(first.value, place.sees).catch((error: unknown) => {
        this.#failed(error);
      });
      return undefined;
    } catch (error) {
      this.#failed(error);
      return refusal("internal");
    }
  }

  send(message: Down, at?: Reached): void {
    if (!this.outlet.say(message, at)) this.close("slowConsumer");
  }

  expired(): void {
    this.close("tokenExpired");
  }

  /** Tells what did not come from the room. */
  notify(message: Down): void {
    this.send(message);
  }

  close(name: CloseName): void {
    if (this.#closed) return;
    const { code, meaning } = CLOSE_CODES[name];
    this.#end(code, meaning);
    this.outlet.close(name);
  }

  ended(code: number, reason: string): void {
    if (!this.#closed) this.#end(code, reason);
  }

  gone(): void {
    this.#engine.carriers.leave(this.outlet);
  }

  /** Page by page, and no faster than it is taken; behind the last one, live. */
  async #read(first: Snapshot, saw: boolean): Promise<void> {
    const subscription = this.#subscription;
    const room = subscription.room.name;
    let snapshot = first;
    let sees = saw;
    if (this.#isClosed()) return;
    while (snapshot.page.more || !meets(snapshot.page, subscription.held)) {
      const { page } = snapshot;
      this.#show(snapshot);
      if (!(await this.outlet.drained())) this.close("slowConsumer");
      if (this.#isClosed()) return;
      const since = { epoch: page.epoch, offset: page.events.at(-1)?.offset ?? page.top };
      sees &&= await this.#may("history");
      const next = await readSnapshot(this.#engine, { room, since, sees }, subscription);
      if (this.#isClosed()) return;
      if (!next.ok) {
        // It comes back, and goes on from where it is.
        this.close("restart");
        return;
      }
      snapshot = next.value;
    }
    const held = goLive(this.#engine, subscription, snapshot.page);
    this.#show(snapshot);
    for (const each of held) this.send(each.message, each);
  }

  /** A method, since it changes while something is awaited. */
  #isClosed(): boolean {
    return this.#closed;
  }

  /** It is no member, and is shown none. */
  #show(snapshot: Snapshot): void {
    this.send(joinedOf(this.#subscription.room, snapshot, []));
  }

  #may(kind: "join" | "history"): MaybePromise<boolean> {
    return whenReady(
      this.#engine.access.refusal(this.#listener, { kind, room: this.room }),
      (refused) => refused === undefined,
    );
  }

  #failed(error: unknown): void {
    this.#engine.telemetry.record({ kind: "fault", where: "reader", error });
    this.close("restart");
  }

  #end(code: number, reason: string): void {
    this.#closed = true;
    this.outlet.end();
    this.#expiry.cancel();
    const { room } = this.#subscription;
    room.detach(this.#subscription);
    this.#engine.rooms.forgetIfEmpty(room);
    this.#onClosed(this);
    this.#engine.telemetry.record({ kind: "reader_closed", reader: this.#facts, code, reason });
  }
}
