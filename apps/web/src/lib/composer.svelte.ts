/** Owns what is being written in a room, for whom, and that the others see it being written. */
import type { Room } from "@roomcast/client";
import { type Events } from "@roomcast/protocol";

import type { Outgoing } from "./outgoing.ts";
import type { Person } from "./person.ts";
import { TypingSignal } from "./typing-signal.ts";

/** The contract's limit of a message (packages/protocol/src/events.ts). */
const MAX_TEXT_LENGTH = 4_000;

export class Composer {
  #draft = $state("");
  #to = $state.raw<Person>();
  readonly #outgoing: Outgoing;
  readonly #signal: TypingSignal;

  constructor(room: Room<Events>, outgoing: Outgoing) {
    this.#outgoing = outgoing;
    this.#signal = new TypingSignal((on) => {
      // Of use now or never: it is not worth a place among what waits for the connection.
      if (room.status.state !== "joined") return;
      void room.publish("typing", { on }, { echo: false }).then(({ ok, id }) => {
        if (!ok) room.discard(id);
      });
    });
  }

  get draft(): string {
    return this.#draft;
  }

  set draft(draft: string) {
    this.#draft = draft;
    // Whom one writes to privately is not the room's business.
    if (this.#to === undefined) this.#signal.changed(draft, Date.now());
  }

  /** The one person whom the next message is for; undefined: everybody. */
  get to(): Person | undefined {
    return this.#to;
  }

  writeTo(person: Person | undefined): void {
    this.#signal.stop();
    this.#to = person;
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
    this.#draft = "";
    this.#signal.sent();
    void (this.#to === undefined ? this.#outgoing.send(text) : this.#outgoing.sendTo(this.#to, text));
  }
}
