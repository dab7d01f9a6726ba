/**
 * Owns why the publishes of a room stand still: the server has refused one for now, and refuses all that follow until that one is
 * repeated or the room is joined anew. Must not know how they are sent. Rule S6.
 */
import type { Clock, Timer } from "../platform/ports.ts";
import type { Entry } from "./outbox-entry.ts";

export class Jam {
  readonly #clock: Clock;
  readonly #waited: () => void;
  /** Whom the server waits for. */
  #head: Entry | undefined;
  /** One that was before it was refused after it: repeated in order they would block each other. */
  #tangled = false;
  #wait: Timer | undefined;
  /** By their ids: they were given up before the server had answered. */
  readonly #unheard = new Set<string>();

  /** @param waited the server may be asked again. */
  constructor(clock: Clock, waited: () => void) {
    this.#clock = clock;
    this.#waited = waited;
  }

  /** @param line all that have no final answer, in the order of sending. */
  refused(entry: Entry, retryAfterMs: number, line: readonly Entry[]): void {
    if (this.#head !== undefined) {
      // Those behind it are refused because of it: its wait is everybody's.
      this.#tangled ||= line.find((one) => one === entry || one === this.#head) === entry;
      return;
    }
    this.#head = entry;
    this.#wait = this.#clock.after(retryAfterMs, () => {
      this.#wait = undefined;
      this.#waited();
    });
  }

  /** What the line may do. @param underWay how many were sent and have no answer yet. */
  verdict(underWay: number): "go" | "wait" | "rejoin" {
    if (this.#wait !== undefined) return "wait";
    // What was sent behind a refused one is being refused too: it must be back in line before the line moves on.
    if (this.#head !== undefined && underWay > 0) return "wait";
    return this.#tangled ? "rejoin" : "go";
  }

  /** Nobody will repeat these. @returns whether the server waits for one of them. */
  giveUp(entries: readonly Entry[]): boolean {
    for (const { state, prepared } of entries) if (state === "sent") this.#unheard.add(prepared.message.id);
    return this.#head !== undefined && entries.includes(this.#head);
  }

  /** @returns whether it was given up before: refused for now, it is waited for. */
  answered(id: string): boolean {
    return this.#unheard.delete(id);
  }

  repeated(entry: Entry): void {
    if (entry === this.#head) this.#head = undefined;
  }

  /** A new join: the server waits for nobody. */
  clear(): void {
    this.#head = undefined;
    this.#tangled = false;
    this.#unheard.clear();
  }

  /** The socket is gone, and with it whom a wait is for. */
  suspend(): void {
    this.clear();
    this.#wait?.cancel();
    this.#wait = undefined;
  }
}
