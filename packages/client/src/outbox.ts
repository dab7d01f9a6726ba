/**
 * Owns the publishes of one room until each has an answer: in order, repeated under the same id, never reported as done
 * without an ack. Must not know sockets or positions. Rules S6, S8 and 6, 7 of "Publish".
 */
import type { Ack, ErrorMessage, Publish } from "@roomcast/protocol";

import { type Failure, failure, failureOf } from "./failure.ts";
import { type Entry, newEntry, repetition, restored, shown, stored } from "./outbox-entry.ts";
import type { ClientStorage, StoredPublish } from "./client-storage.ts";
import type { Clock, Timer } from "./ports.ts";
import type { Prepared } from "./prepare.ts";
import type { PendingPublish, PublishResult } from "./publish.ts";

/** Publishes that may be pending; one more is refused as `outbox_full`. */
export const MAX_PENDING = 1000;
/** Failed publishes that are kept for `retry`; the oldest goes first. */
export const MAX_FAILED = 100;
/** Sent without waiting for the ack of the one before. */
export const WINDOW = 64;
/** After a refusal that does not say how long to wait. */
export const RETRY_MS = 1000;

export interface OutboxPorts {
  readonly clock: Clock;
  /** undefined: nothing outlives the program. */
  readonly storage: () => ClientStorage | undefined;
  readonly report: (error: unknown) => void;
  readonly changed: () => void;
  /** A publish that the server waits for was given up; until a new join it refuses all that follow. */
  readonly unblock: () => void;
}

/** How to send, while the room is joined. */
export interface Outlet {
  /** Ids count per user: as another one a repetition would be a second event. */
  readonly user: string;
  readonly send: (prepared: Prepared) => void;
}

export class Outbox {
  readonly #ports: OutboxPorts;
  /** By id, in the order of sending. */
  readonly #entries = new Map<string, Entry>();
  #outlet: Outlet | undefined;
  #restored: boolean;
  #inFlight = 0;
  #retry: Timer | undefined;
  /** Refused for now: until it is repeated, or the room is joined anew, the server refuses all that follow. */
  #blocking: Entry | undefined;
  /** One that was before it was refused after it: repeated in order they would block each other. */
  #tangled = false;
  #horizon: Timer | undefined;
  #ended: Failure | undefined;
  #shown: readonly PendingPublish[] | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#restored = ports.storage() === undefined;
  }

  get pending(): readonly PendingPublish[] {
    return (this.#shown ??= [...this.#entries.values()].map(shown));
  }

  /** Answers are on their way. */
  get awaiting(): boolean {
    return this.#inFlight > 0;
  }

  /** What an earlier life of the program left goes before what this one has published meanwhile. */
  restore(publishes: readonly StoredPublish[]): void {
    const younger = [...this.#entries.values()];
    this.#entries.clear();
    for (const publish of publishes) {
      const entry = restored(publish, this.#ports.clock);
      if (entry !== undefined) this.#entries.set(publish.id, entry);
    }
    for (const entry of younger) {
      const { id } = entry.prepared.message;
      // The program said the same once more: whoever has sent it before may have been heard.
      entry.sentAs = entry.savedAs = this.#entries.get(id)?.sentAs;
      this.#entries.set(id, entry);
    }
    this.#restored = true;
    this.#failIfSentByAnother();
    this.#moved();
    for (const entry of younger) this.#keep(entry);
  }

  /** Of an id that is pending already the promise is the first one's; a failed one is retried. */
  add(prepared: Prepared): Promise<PublishResult> {
    const { id } = prepared.message;
    if (this.#ended !== undefined) return Promise.resolve({ ok: false, id, ...this.#ended });
    const known = this.#entries.get(id);
    if (known !== undefined) return this.retry(id) ?? known.promise;
    if (this.#entries.size >= MAX_PENDING)
      return Promise.resolve({ ok: false, id, ...failure("outbox_full") });
    const entry = newEntry(prepared, this.#ports.clock);
    this.#entries.set(id, entry);
    this.#moved();
    this.#keep(entry);
    return entry.promise;
  }

  /** The room is joined. */
  open(outlet: Outlet): void {
    if (this.#ended !== undefined) return;
    this.#outlet = outlet;
    this.#blocking = undefined;
    this.#tangled = false;
    this.#failIfSentByAnother();
    this.#moved();
  }

  /** Answers still come, but nothing more may be sent. */
  hold(): void {
    this.#outlet = undefined;
  }

  /** The socket is gone: what has no answer will be sent again. */
  suspend(): void {
    this.#outlet = undefined;
    this.#inFlight = 0;
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#blocking = undefined;
    for (const entry of this.#waiting()) {
      if (entry.state === "sent") entry.unanswered = true;
      entry.state = "queued";
      if (this.#ended !== undefined) this.#fail(entry, this.#ended);
    }
    this.#moved();
  }

  /** The room is over. Acks of what was sent may still come, until `suspend`. */
  end(reason: Failure): void {
    this.#ended = reason;
    this.#outlet = undefined;
    for (const entry of this.#waiting()) if (entry.state === "queued") this.#fail(entry, reason);
    this.#moved();
  }

  /** @returns the publish that it is the ack of, if it is of one of these. */
  acked({ id, time, position, duplicate, delivered, answer }: Ack): Publish | undefined {
    const entry = this.#entries.get(id);
    // A late ack of one that was reported as unknown: it was kept after all.
    if (entry === undefined || entry.state === "queued") return undefined;
    this.#forget(entry);
    entry.settle({
      ...{ ok: true, id, time, duplicate: duplicate === true },
      ...(position !== undefined && { position }),
      ...(delivered !== undefined && { delivered }),
      ...(answer !== undefined && { answer }),
    });
    this.#moved();
    return entry.prepared.message;
  }

  /** @returns whether it was one of these. */
  refused(refusal: ErrorMessage): boolean {
    const { id, retry } = refusal;
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (entry?.state !== "sent") return false;
    if (retry === "same_id" && this.#ended === undefined) {
      this.#inFlight -= 1;
      entry.state = "queued";
      this.#block(entry, refusal.retryAfterMs ?? RETRY_MS);
    } else {
      this.#fail(entry, failureOf(refusal), entry.unanswered);
    }
    this.#moved();
    return true;
  }

  retry(id: string): Promise<PublishResult> | undefined {
    const entry = this.#entries.get(id);
    if (entry?.state !== "failed" || this.#ended !== undefined) return undefined;
    const prepared = repetition(entry, this.#ports.clock);
    if (!prepared.ok) return Promise.resolve({ ok: false, id, ...prepared.error });
    const again = newEntry(prepared.value, this.#ports.clock, entry.createdAt);
    // Whoever asks for it as somebody else takes the risk of a second event.
    if (this.#outlet === undefined || this.#outlet.user === entry.sentAs) {
      again.sentAs = entry.sentAs;
      again.unanswered = entry.failure?.code === "unknown";
    }
    this.#entries.delete(id);
    this.#entries.set(id, again);
    this.#moved();
    this.#keep(again);
    return again.promise;
  }

  discard(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#tell(entry, failure("discarded"), this.#remove(entry));
    this.#giveUp([entry]);
    this.#moved();
  }

  #waiting(): Entry[] {
    return [...this.#entries.values()].filter(({ state }) => state !== "failed");
  }

  /** Something changed: send what may go, watch the clock for what remains, tell. */
  #moved(): void {
    this.#pump();
    this.#watchHorizon();
    this.#shown = undefined;
    this.#ports.changed();
  }

  #pump(): void {
    const outlet = this.#outlet;
    if (outlet === undefined || !this.#restored || this.#retry !== undefined) return;
    // What was sent behind a refused one is being refused too: it must be back in line before the line moves on.
    if (this.#blocking !== undefined && this.#inFlight > 0) return;
    if (this.#tangled) {
      this.#ports.unblock();
      return;
    }
    let places = WINDOW - this.#inFlight;
    let saved = true;
    for (const entry of this.#waiting()) {
      if (entry.state === "sent") continue;
      if (places <= 0) return;
      places -= 1;
      // All of the window are saved side by side, and yet sent in their order.
      saved = this.#saved(entry, outlet.user) && saved;
      if (!saved) continue;
      if (entry === this.#blocking) this.#blocking = undefined;
      entry.state = "sent";
      entry.sentAs = outlet.user;
      this.#inFlight += 1;
      outlet.send(entry.prepared);
    }
  }

  #block(entry: Entry, retryAfterMs: number): void {
    if (this.#blocking !== undefined) {
      // Those behind it are refused because of it: its wait is everybody's.
      this.#tangled ||= this.#waiting().find((one) => one === entry || one === this.#blocking) === entry;
      return;
    }
    this.#blocking = entry;
    this.#retry = this.#ports.clock.after(retryAfterMs, () => {
      this.#retry = undefined;
      this.#pump();
    });
  }

  /** These will not be repeated: if the server waits for one of them, only a new join makes it go on. */
  #giveUp(entries: readonly Entry[]): void {
    if (this.#blocking !== undefined && entries.includes(this.#blocking)) this.#ports.unblock();
  }

  /** Whether a restarted program would know as whom it was sent; if not yet, it soon will. */
  #saved(entry: Entry, user: string): boolean {
    if (this.#ports.storage() === undefined || entry.savedAs === user) return true;
    this.#save(entry, user);
    return false;
  }

  /** Over a restart of the program, though it cannot be sent now. */
  #keep(entry: Entry): void {
    if (this.#restored && entry.state === "queued") this.#save(entry, entry.sentAs);
  }

  #save(entry: Entry, user: string | undefined): void {
    const storage = this.#ports.storage();
    if (storage === undefined || entry.saving) return;
    entry.saving = true;
    const done = (): void => {
      entry.saving = false;
      entry.savedAs = user;
      this.#pump();
    };
    storage.save(stored(entry, user)).then(done, (error: unknown) => {
      this.#ports.report(error);
      // A storage that fails costs the program's memory of the message, and not the message.
      done();
    });
  }

  #failIfSentByAnother(): void {
    const user = this.#outlet?.user;
    if (user === undefined) return;
    for (const entry of this.#waiting()) {
      if (entry.sentAs !== undefined && entry.sentAs !== user) this.#fail(entry, failure("unknown"));
    }
  }

  /** @param seen false: the server has said that it kept nothing. */
  #fail(entry: Entry, reason: Failure, seen = entry.sentAs !== undefined): void {
    if (entry.state === "sent") this.#inFlight -= 1;
    entry.state = "failed";
    entry.failure = seen ? failure("unknown") : reason;
    this.#tell(entry, entry.failure, this.#ports.storage()?.save(stored(entry, entry.sentAs)));
    const failed = [...this.#entries.values()].filter(({ state }) => state === "failed");
    if (failed.length > MAX_FAILED && failed[0] !== undefined) this.#forget(failed[0]);
  }

  /** Once the storage knows it: the next life of the program would send what was said to be over. */
  #tell(entry: Entry, why: Failure, known: Promise<void> | undefined): void {
    const tell = (): void => entry.settle({ ok: false, id: entry.prepared.message.id, ...why });
    if (known === undefined) tell();
    else void known.catch(this.#ports.report).then(tell);
  }

  #forget(entry: Entry): void {
    this.#remove(entry)?.catch(this.#ports.report);
  }

  #remove(entry: Entry): Promise<void> | undefined {
    const { id, room } = entry.prepared.message;
    if (entry.state === "sent") this.#inFlight -= 1;
    this.#entries.delete(id);
    return this.#ports.storage()?.remove(room, id);
  }

  /** One timer, for the first in line: what is added later ends later. */
  #watchHorizon(): void {
    const { clock } = this.#ports;
    const [first] = this.#waiting();
    if (first === undefined) {
      this.#horizon?.cancel();
      this.#horizon = undefined;
    } else {
      this.#horizon ??= clock.after(Math.max(0, first.deadline - clock.monotonicMs()), () => this.#expire());
    }
  }

  #expire(): void {
    this.#horizon = undefined;
    const now = this.#ports.clock.monotonicMs();
    const late = this.#waiting().filter(({ deadline }) => deadline <= now);
    for (const entry of late) this.#fail(entry, failure("unsent"));
    this.#giveUp(late);
    this.#moved();
  }
}
