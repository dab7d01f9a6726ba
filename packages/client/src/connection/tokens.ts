/** Owns the token that the client shows: from where it comes, and which answer is still wanted. Must not know sockets. */
import { print } from "../publishing/prepare.ts";
import type { Event } from "./states.ts";

export type TokenSource = string | (() => string | Promise<string>) | undefined;

type Answer = Extract<Event, { type: "token" | "tokenFailed" }>;

export class Tokens {
  #source: TokenSource;
  /** An older answer that comes late is not wanted any more. */
  #fetches = 0;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** There is a function to ask for another one. */
  get renewable(): boolean {
    return typeof this.#source === "function";
  }

  /** Takes the place of one that was given as text; a function goes on being asked. */
  replace(token: string): void {
    if (!this.renewable) this.#source = token;
  }

  /** For an attempt to connect. @param recalled what has to be known before. @param told at once where there is nothing to wait for. */
  fetch(recalled: Promise<void> | undefined, told: (answer: Answer) => void): void {
    const fetch = ++this.#fetches;
    if (recalled === undefined && typeof this.#source !== "function") {
      told({ type: "token", token: this.#source });
      return;
    }
    void this.#asked(recalled).then((answer) => {
      if (fetch === this.#fetches) told(answer);
    });
  }

  /** Of a function only. @throws what that throws. */
  async another(): Promise<string | undefined> {
    return typeof this.#source === "function" ? this.#source() : undefined;
  }

  async #asked(recalled: Promise<void> | undefined): Promise<Answer> {
    try {
      await recalled;
      const token = typeof this.#source === "function" ? await this.#source() : this.#source;
      // A hello that no server can read would be answered by silence.
      const checked = token === undefined ? undefined : print({ type: "refresh", token });
      return checked?.ok === false
        ? { type: "tokenFailed", message: checked.error.message }
        : { type: "token", token };
    } catch (error) {
      return {
        type: "tokenFailed",
        message: error instanceof Error ? error.message : "the token function failed",
      };
    }
  }
}
