/** Owns when to tell the room that one is typing: at the first key, then now and then, and at once when it is over. */

/** Repeated while it goes on, so that who comes later sees it too. */
const REPEAT_MS = 3_000;
/** Without a repetition for this long, a typist has stopped. */
export const TYPING_EXPIRES_MS = 5_000;

export class TypingSignal {
  readonly #say: (on: boolean) => void;
  #saidAt: number | undefined;

  constructor(say: (on: boolean) => void) {
    this.#say = say;
  }

  /** Call it on each change of the draft. */
  changed(draft: string, now: number): void {
    if (draft.trim() === "") {
      this.stop();
      return;
    }
    if (this.#saidAt !== undefined && now - this.#saidAt < REPEAT_MS) return;
    this.#saidAt = now;
    this.#say(true);
  }

  /** The draft was given up. */
  stop(): void {
    if (this.#saidAt === undefined) return;
    this.#saidAt = undefined;
    this.#say(false);
  }

  /** The message itself says that the typing is over. */
  sent(): void {
    this.#saidAt = undefined;
  }
}
