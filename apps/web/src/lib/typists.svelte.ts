/** Owns who is typing right now, each until they stop, send, leave, or fall silent. */
import type { From } from "@roomcast/protocol";

import { displayName } from "./person.ts";
import { TYPING_EXPIRES_MS } from "./typing-signal.ts";

interface Typist {
  readonly name: string;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Typists {
  #typists = $state.raw<ReadonlyMap<string, Typist>>(new Map());

  get names(): string[] {
    return [...this.#typists.values()].map(({ name }) => name);
  }

  started({ user, name }: From): void {
    clearTimeout(this.#typists.get(user)?.timer);
    const timer = setTimeout(() => this.stopped(user), TYPING_EXPIRES_MS);
    this.#typists = new Map(this.#typists).set(user, { name: displayName({ user, name }), timer });
  }

  /** Nobody is heard of any more. */
  clear(): void {
    for (const { timer } of this.#typists.values()) clearTimeout(timer);
    this.#typists = new Map();
  }

  stopped(user: string): void {
    const typist = this.#typists.get(user);
    if (typist === undefined) return;
    clearTimeout(typist.timer);
    const others = new Map(this.#typists);
    others.delete(user);
    this.#typists = others;
  }
}
