/** Owns one's own messages of a room on their way: sending, failed, sent. What arrived is the timeline's. */
import type { PendingPublish, PublishResult } from "@roomcast/client";
import type { Events } from "@roomcast/protocol";
import type { LiveRoom } from "@roomcast/svelte";

import { type MessageEntry, messageKey } from "./entry.ts";
import type { Person } from "./person.ts";
import type { Self } from "./self.ts";
import { failureText } from "./wording.ts";

export class Outgoing {
  readonly #live: LiveRoom<Events>;
  readonly #self: Self;
  readonly #onSent: (entry: MessageEntry) => void;
  /** Whom a direct message to a client is for. A person with several tabs gets a copy at each; copies are not shown. */
  readonly #recipients = new Map<string, { readonly name: string; readonly isCopy: boolean }>();

  constructor(live: LiveRoom<Events>, self: Self, onSent: (entry: MessageEntry) => void) {
    this.#live = live;
    this.#self = self;
    this.#onSent = onSent;
  }

  /** Not acknowledged yet, or failed, in the order in which they were sent. */
  get entries(): MessageEntry[] {
    return this.#live.pending.flatMap((publish) => this.#entryOf(publish) ?? []);
  }

  async send(text: string): Promise<void> {
    this.#settle(await this.#live.room.publish("message", { text }), text);
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
    this.#settle({ ...arrived, id: first.id }, text, person.name);
  }

  retry({ id, text, direct }: MessageEntry): void {
    void this.#live.room.retry(id)?.then((result) => this.#settle(result, text, direct?.to));
  }

  discard({ id }: MessageEntry): void {
    this.#live.room.discard(id);
  }

  /** An ack stands for the message: the stream has it from now on, at its place in the log. A failure stays pending. */
  #settle(result: PublishResult, text: string, to?: string): void {
    if (!result.ok) return;
    const { id, time, position, delivered } = result;
    if (position === undefined && to === undefined) return;
    this.#onSent({
      kind: "message",
      key: messageKey(undefined, id),
      id,
      from: this.#self.from,
      isYours: true,
      text,
      time,
      ...(position !== undefined && { offset: position.offset }),
      ...(to !== undefined && { direct: { to, delivered: delivered === true } }),
      delivery: { state: "sent" },
    });
  }

  #entryOf({ id, event, data, createdAt, state, to, error }: PendingPublish): MessageEntry | undefined {
    const recipient = to === undefined ? undefined : this.#recipients.get(to);
    if (event !== "message" || recipient?.isCopy === true) return undefined;
    const { text } = data as { text: string };
    return {
      kind: "message",
      key: messageKey(undefined, id),
      id,
      from: this.#self.from,
      isYours: true,
      text,
      time: createdAt,
      ...(to !== undefined && { direct: { to: recipient?.name ?? "one person", delivered: false } }),
      delivery:
        state === "sending"
          ? { state }
          : { state, reason: error === undefined ? "It was not sent." : failureText(error) },
    };
  }
}
