/** Owns what is being written in a room, what it is meant to be, and that the others see it being written. */
import type { Failure, Room } from "@roomcast/client";
import { type Events } from "@roomcast/protocol";

import { seconds } from "./clock.svelte.ts";
import type { MessageEntry } from "./entry.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Person } from "./person.ts";
import { silences } from "./silence.ts";
import { recall, remember } from "./storage.ts";
import { TypingSignal } from "./typing-signal.ts";

/** The contract's limit of a message (packages/protocol/src/events.ts). */
const MAX_TEXT_LENGTH = 4_000;

/** What sending the draft would do. */
export type Aim =
  | { readonly kind: "room" }
  | { readonly kind: "person"; readonly person: Person }
  | { readonly kind: "reply"; readonly to: MessageEntry }
  /** `text`: as it reads now. `before`: what was being written. */
  | { readonly kind: "edit"; readonly entry: MessageEntry; readonly text: string; readonly before: string };

export class Composer {
  #draft = $state("");
  #aim = $state.raw<Aim>({ kind: "room" });
  #unheard = $state.raw<Failure>();
  readonly #key: string;
  readonly #outgoing: Outgoing;
  readonly #signal: TypingSignal;

  constructor(room: Room<Events>, outgoing: Outgoing) {
    this.#key = `draft.${room.name}`;
    this.#draft = recall(this.#key) ?? "";
    this.#outgoing = outgoing;
    this.#signal = new TypingSignal((on) => {
      // Of use now or never: it is not worth a place among what waits for the connection.
      if (room.status.state !== "joined") return;
      void room.publish("typing", { on }, { echo: false }).then((result) => {
        if (!result.ok) room.discard(result.id);
        this.#unheard = result.ok ? undefined : result;
      });
    });
  }

  get draft(): string {
    return this.#draft;
  }

  set draft(draft: string) {
    this.#draft = draft;
    if (this.#aim.kind !== "edit") this.#keep(draft);
    // Neither whom one writes to privately nor a second thought is the room's business.
    if (this.#aim.kind === "room" || this.#aim.kind === "reply") this.#signal.changed(draft, Date.now());
  }

  get aim(): Aim {
    return this.#aim;
  }

  /** Why what is being written will be refused, most likely: that one types was. A right to each is a right of its own. */
  get doubt(): Failure | undefined {
    const unheard = this.#unheard;
    return unheard !== undefined && silences(unheard, seconds.now) ? unheard : undefined;
  }

  writeTo(person: Person): void {
    this.giveUp();
    this.#signal.stop();
    this.#aim = { kind: "person", person };
  }

  replyTo(to: MessageEntry): void {
    this.giveUp();
    this.#aim = { kind: "reply", to };
  }

  edit(entry: MessageEntry, text: string): void {
    this.giveUp();
    this.#signal.stop();
    this.#aim = { kind: "edit", entry, text, before: this.#draft };
    this.#draft = text;
  }

  /** Back to a plain message to everybody, with what was being written before. */
  giveUp(): void {
    if (this.#aim.kind === "edit") this.#draft = this.#aim.before;
    this.#aim = { kind: "room" };
  }

  /** Puts text back that was not sent. */
  takeBack(text: string): void {
    this.giveUp();
    this.draft = this.#draft.trim() === "" ? text : `${this.#draft}\n${text}`;
  }

  /** Below zero: too long. */
  get left(): number {
    return MAX_TEXT_LENGTH - this.#draft.trim().length;
  }

  get canSend(): boolean {
    return this.left >= 0 && this.left < MAX_TEXT_LENGTH;
  }

  send(): void {
    if (!this.canSend) return;
    const text = this.#draft.trim();
    const aim = this.#aim;
    this.#signal.sent();
    this.#draft = "";
    switch (aim.kind) {
      case "room":
        void this.#outgoing.send(text);
        break;
      case "person":
        void this.#outgoing.sendTo(aim.person, text);
        break;
      case "reply":
        void this.#outgoing.send(text, aim.to.position?.offset);
        break;
      case "edit":
        if (text !== aim.text) void this.#outgoing.edit(aim.entry, text);
    }
    // A private conversation goes on; a reply and an edit are done.
    if (aim.kind !== "person") this.giveUp();
    this.#keep(this.#draft);
  }

  #keep(draft: string): void {
    remember(this.#key, draft.trim() === "" ? undefined : draft);
  }
}
