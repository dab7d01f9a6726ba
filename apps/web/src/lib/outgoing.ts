/** Owns one's own messages of a room on their way: sending, failed, sent. What arrived is the timeline's. */
import type { Failure, PendingPublish, PublishResult } from "@roomcast/client";
import type { DataOut, Events } from "@roomcast/protocol";
import type { LiveRoom } from "@roomcast/svelte";

import { t } from "../texts/language.svelte.ts";
import { type Amending, isAmending } from "./amendments.ts";
import { seconds } from "./clock.svelte.ts";
import { type MessageEntry, messageKey } from "./entry.ts";
import type { Person } from "./person.ts";
import type { Self } from "./self.ts";
import { silences } from "./silence.ts";
import { failureText } from "./wording.ts";

type MessageData = DataOut<Events, "message">;

export class Outgoing {
  readonly #live: LiveRoom<Events>;
  readonly #self: Self;
  readonly #onSent: (entry: MessageEntry) => void;
  readonly #notice: (text: string) => void;
  /** Whom a direct message to a client is for. A person with several tabs gets a copy at each; copies are not shown. */
  readonly #recipients = new Map<string, { readonly name: string; readonly isCopy: boolean }>();

  constructor(
    live: LiveRoom<Events>,
    self: Self,
    onSent: (entry: MessageEntry) => void,
    notice: (text: string) => void,
  ) {
    this.#live = live;
    this.#self = self;
    this.#onSent = onSent;
    this.#notice = notice;
  }

  /** Not acknowledged yet, or failed, in the order in which they were sent. */
  get entries(): MessageEntry[] {
    return this.#live.pending.flatMap((publish) => this.#entryOf(publish) ?? []);
  }

  /** Edits, deletions and reactions without an ack, as they will be. */
  get amendings(): Amending[] {
    return this.#live.pending
      .filter(({ event, state }) => state === "sending" && isAmending(event))
      .map(({ event, data }) => ({ event, data }) as Amending);
  }

  /** Why one may not write now, as long as a message that was refused for that stands here. */
  get silenced(): Failure | undefined {
    return (
      this.#live.pending
        // To write to one person is a right of its own, and what is imposed takes that too.
        .filter(({ event, to, error }) => event === "message" && (to === undefined || error?.imposed))
        .flatMap(({ error }) => error ?? [])
        .findLast((failure) => silences(failure, seconds.now))
    );
  }

  async send(text: string, replyTo?: number): Promise<void> {
    const data = { text, ...(replyTo !== undefined && { replyTo }) };
    this.#settle(await this.#live.room.publish("message", data), data);
  }

  async edit(entry: MessageEntry, text: string): Promise<void> {
    await this.#amend(entry, (target) => ({ event: "edit", data: { target, text } }));
  }

  async delete(entry: MessageEntry): Promise<void> {
    await this.#amend(entry, (target) => ({ event: "delete", data: { target } }));
  }

  async react(entry: MessageEntry, emoji: string, on: boolean): Promise<void> {
    await this.#amend(entry, (target) => ({ event: "reaction", data: { target, emoji, on } }));
  }

  async sendTo(person: Person, text: string): Promise<void> {
    for (const [at, to] of person.clientIds.entries())
      this.#recipients.set(to, { name: person.name, isCopy: at > 0 });
    const publishes = person.clientIds.map((to) => this.#live.room.publish("message", { text }, { to }));
    const results = await Promise.all(publishes);
    const [first] = results;
    const arrived =
      results.find((result) => result.ok && result.delivered === true) ??
      results.find(({ ok }) => ok) ??
      first;
    if (first === undefined || arrived === undefined) return;
    // What counts is the best of them: a copy to a tab that has just been closed is no failure.
    for (const { ok, id } of results) if (!ok && (arrived.ok || id !== first.id)) this.#live.room.discard(id);
    this.#settle({ ...arrived, id: first.id }, { text }, person.name);
  }

  retry({ id, text, replyTo, direct }: MessageEntry): void {
    const data = { text, ...(replyTo !== undefined && { replyTo }) };
    void this.#live.room.retry(id)?.then((result) => this.#settle(result, data, direct?.to));
  }

  discard({ id }: MessageEntry): void {
    this.#live.room.discard(id);
  }

  /** What does not come through is given up, and said: nobody would look for it in the stream. */
  async #amend({ position }: MessageEntry, by: (target: number) => Amending): Promise<void> {
    if (position === undefined) return;
    const { event, data } = by(position.offset);
    const result = await this.#live.room.publish(event, data);
    if (result.ok || result.code === "discarded") return;
    this.#live.room.discard(result.id);
    this.#notice(`${t().message.notEdited} ${failureText(result)}`);
  }

  /** An ack stands for the message: the stream has it from now on, at its place in the log. A failure stays pending. */
  #settle(result: PublishResult, data: MessageData, to?: string): void {
    if (!result.ok) return;
    const { id, time, position, delivered } = result;
    if (position === undefined && to === undefined) return;
    this.#onSent({
      kind: "message",
      key: messageKey(undefined, id),
      id,
      from: this.#self.from,
      isYours: true,
      ...data,
      time,
      ...(position !== undefined && { position }),
      ...(to !== undefined && { direct: { to, delivered: delivered === true } }),
      delivery: { state: "sent" },
    });
  }

  #entryOf({ id, event, data, createdAt, state, to, error }: PendingPublish): MessageEntry | undefined {
    const recipient = to === undefined ? undefined : this.#recipients.get(to);
    if (event !== "message" || recipient?.isCopy === true) return undefined;
    return {
      kind: "message",
      key: messageKey(undefined, id),
      id,
      from: this.#self.from,
      isYours: true,
      ...(data as MessageData),
      time: createdAt,
      ...(to !== undefined && { direct: { to: recipient?.name ?? t().message.onePerson, delivered: false } }),
      delivery:
        state === "sending"
          ? { state }
          : { state, reason: error === undefined ? t().message.notSent : failureText(error) },
    };
  }
}
