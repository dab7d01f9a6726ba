/**
 * Owns the publishes of one room until each has an answer: in order, repeated under the same id, never reported as done
 * without an ack. Must not know sockets or positions. Rules S6, S8 and 6, 7 of "Publish".
 */
import type { Ack, ErrorMessage, Publish } from "@roomcast/protocol";

import { type Failure, failure, failureOf } from "../failure.ts";
import type { Clock, Timer } from "../platform/ports.ts";
import type { ClientStorage, StoredPublish } from "../storage/client-storage.ts";
import { Jam } from "./jam.ts";
import { type Entry, newEntry, repetition, restored } from "./outbox-entry.ts";
import { OutboxLine } from "./outbox-line.ts";
import { OutboxStorage } from "./outbox-storage.ts";
import type { Prepared } from "./prepare.ts";
import type { PendingPublish, PublishResult } from "./publish.ts";

/** Publishes that may be pending; one more is refused as `outbox_full`. */
export const MAX_PENDING = 1000;
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
  readonly #line = new OutboxLine();
  readonly #storage: OutboxStorage;
  readonly #jam: Jam;
  #outlet: Outlet | undefined;
  #restored: boolean;
  #horizon: Timer | undefined;
  #ended: Failure | undefined;
  #shown: readonly PendingPublish[] | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#storage = new OutboxStorage(ports.storage, ports.report, () => this.#pump());
    this.#jam = new Jam(ports.clock, () => this.#pump());
    this.#restored = ports.storage() === undefined;
  }

  get pending(): readonly PendingPublish[] {
    return (this.#shown ??= this.#line.shown);
  }

  /** Answers are on their way. */
  get awaiting(): boolean {
    return this.#line.underWay > 0;
  }

  /** What an earlier life of the program left goes before what this one has published meanwhile. */
  restore(publishes: readonly StoredPublish[]): void {
    const younger = this.#line.all;
    for (const entry of younger) this.#line.remove(entry);
    for (const publish of publishes) {
      const entry = restored(publish, this.#ports.clock);
      if (entry !== undefined) this.#line.put(entry);
    }
    for (const entry of younger) {
      // The program said the same once more: whoever has sent it before may have been heard.
      entry.sentAs = entry.savedAs = this.#line.get(entry.prepared.message.id)?.sentAs;
      this.#line.put(entry);
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
    const known = this.#line.get(id);
    if (known !== undefined) return this.retry(id) ?? known.promise;
    if (this.#line.size >= MAX_PENDING) return Promise.resolve({ ok: false, id, ...failure("outbox_full") });
    const entry = newEntry(prepared, this.#ports.clock);
    this.#line.put(entry);
    this.#moved();
    this.#keep(entry);
    return entry.promise;
  }

  /** The room is joined. */
  open(outlet: Outlet): void {
    if (this.#ended !== undefined) return;
    this.#outlet = outlet;
    this.#jam.clear();
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
    this.#jam.suspend();
    for (const entry of this.#line.waiting) {
      if (entry.state === "sent") entry.unanswered = true;
      this.#line.queue(entry);
      if (this.#ended !== undefined) this.#fail(entry, this.#ended);
    }
    this.#moved();
  }

  /** The room is over. Acks of what was sent may still come, until `suspend`. */
  end(reason: Failure): void {
    this.#ended = reason;
    this.#outlet = undefined;
    for (const entry of this.#line.waiting) if (entry.state === "queued") this.#fail(entry, reason);
    this.#moved();
  }

  /** @returns the publish that it is the ack of, if it is of one of these. */
  acked({ id, time, position, duplicate, delivered, answer }: Ack): Publish | undefined {
    const entry = this.#line.get(id);
    this.#jam.answered(id);
    // A late ack of one that was reported as unknown: it was kept after all.
    if (entry === undefined || entry.state === "queued") return undefined;
    this.#line.remove(entry);
    this.#storage.forget(entry);
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
    if (id === undefined) return false;
    const entry = this.#line.get(id);
    const isGivenUp = this.#jam.answered(id);
    if (entry?.state !== "sent") {
      if (isGivenUp && retry === "same_id") this.#ports.unblock();
      return isGivenUp;
    }
    if (retry === "same_id" && this.#ended === undefined) {
      this.#line.queue(entry);
      this.#jam.refused(entry, refusal.retryAfterMs ?? RETRY_MS, this.#line.waiting);
    } else {
      this.#fail(entry, failureOf(refusal), entry.unanswered);
    }
    this.#moved();
    return true;
  }

  retry(id: string): Promise<PublishResult> | undefined {
    const entry = this.#line.get(id);
    if (entry?.state !== "failed" || this.#ended !== undefined) return undefined;
    const prepared = repetition(entry, this.#ports.clock);
    if (!prepared.ok) return Promise.resolve({ ok: false, id, ...prepared.error });
    const again = newEntry(prepared.value, this.#ports.clock, entry.createdAt);
    // Whoever asks for it as somebody else takes the risk of a second event.
    if (this.#outlet === undefined || this.#outlet.user === entry.sentAs) {
      again.sentAs = entry.sentAs;
      again.unanswered = entry.failure?.code === "unknown";
    }
    this.#line.remove(entry);
    this.#line.put(again);
    this.#moved();
    this.#keep(again);
    return again.promise;
  }

  discard(id: string): void {
    const entry = this.#line.get(id);
    if (entry === undefined) return;
    this.#giveUp([entry]);
    this.#line.remove(entry);
    this.#storage.discard(entry, failure("discarded"));
    this.#moved();
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
    if (outlet === undefined || !this.#restored) return;
    const verdict = this.#jam.verdict(this.#line.underWay);
    if (verdict === "rejoin") this.#ports.unblock();
    if (verdict !== "go") return;
    let places = WINDOW - this.#line.underWay;
    let saved = true;
    for (const entry of this.#line.waiting) {
      if (entry.state === "sent") continue;
      if (places <= 0) return;
      places -= 1;
      // All of the window are saved side by side, and yet sent in their order.
      saved = this.#storage.knows(entry, outlet.user) && saved;
      if (!saved) continue;
      this.#jam.repeated(entry);
      this.#line.send(entry, outlet.user);
      outlet.send(entry.prepared);
    }
  }

  /** These will not be repeated: if the server waits for one of them, only a new join makes it go on. */
  #giveUp(entries: readonly Entry[]): void {
    if (this.#jam.giveUp(entries)) this.#ports.unblock();
  }

  /** Over a restart of the program, though it cannot be sent now. */
  #keep(entry: Entry): void {
    if (this.#restored && entry.state === "queued") this.#storage.save(entry, entry.sentAs);
  }

  #failIfSentByAnother(): void {
    const user = this.#outlet?.user;
    if (user === undefined) return;
    for (const entry of this.#line.waiting) {
      if (entry.sentAs !== undefined && entry.sentAs !== user) this.#fail(entry, failure("unknown"));
    }
  }

  /** @param seen false: the server has said that it kept nothing. */
  #fail(entry: Entry, reason: Failure, seen = entry.sentAs !== undefined): void {
    const why = seen ? failure("unknown") : reason;
    const oneTooMany = this.#line.fail(entry, why);
    this.#storage.fail(entry, why);
    if (oneTooMany !== undefined) this.#storage.forget(oneTooMany);
  }

  /** One timer, for the first in line: what is added later ends later. */
  #watchHorizon(): void {
    const { clock } = this.#ports;
    const [first] = this.#line.waiting;
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
    const late = this.#line.waiting.filter(({ deadline }) => deadline <= now);
    this.#giveUp(late);
    for (const entry of late) this.#fail(entry, failure("unsent"));
    this.#moved();
  }
}
