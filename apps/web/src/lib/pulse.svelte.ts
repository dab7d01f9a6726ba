/** Owns when the screen follows what changed: once a frame, however much came. Knows nothing of what it was. */
import { flushSync } from "svelte";

/** A page that nobody looks at draws no frames, and still has to follow now and then. */
const HIDDEN_MS = 200;

export class Pulse {
  #beats = $state(0);
  #isDue = false;

  /** Whoever reads it follows. */
  follow(): void {
    void this.#beats;
  }

  /** Something changed. */
  beat(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const strike = (): void => this.#strike();
    if (document.visibilityState === "visible") requestAnimationFrame(strike);
    else setTimeout(strike, HIDDEN_MS);
  }

  /** Something changed that must not be drawn together with anything else. */
  apart(change: () => void): void {
    flushSync(() => this.#strike());
    change();
    flushSync(() => (this.#beats += 1));
  }

  #strike(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#beats += 1;
  }
}
