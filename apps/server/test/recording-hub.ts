/** Owns a hub that only remembers: what an adapter handed in, and the connections to hand something out by. */
import type { Connection, Inbox } from "@roomcast/hub";
import type { DecodeFailure, Result, Up } from "@roomcast/protocol";

export class Accepted {
  readonly connection: Connection;
  readonly received: Result<Up, DecodeFailure>[] = [];
  readonly ends: { readonly code: number; readonly reason: string }[] = [];
  isGone = false;
  /** Is called with how many have come, before anything else can. */
  onReceived: ((count: number) => void) | undefined;
  /** Is called at its end, from within. */
  onEnded: (() => void) | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }
}

export class RecordingHub {
  readonly accepted: Accepted[] = [];
  #waiting: (() => void)[] = [];

  arrive(): number {
    return 0;
  }

  accept(connection: Connection): Inbox {
    const accepted = new Accepted(connection);
    this.accepted.push(accepted);
    this.#changed();
    return {
      receive: (decoded) => {
        const count = accepted.received.push(typeof decoded === "function" ? decoded() : decoded);
        accepted.onReceived?.(count);
        this.#changed();
      },
      ended: (code, reason) => {
        if (accepted.ends.push({ code, reason }) === 1) accepted.onEnded?.();
        this.#changed();
      },
      gone: () => {
        accepted.isGone = true;
        this.#changed();
      },
    };
  }

  /** The newest connection, once it is there. */
  async newest(): Promise<Accepted> {
    await this.until(() => this.accepted.length > 0);
    const newest = this.accepted.at(-1);
    if (newest === undefined) throw new Error("nobody was accepted");
    return newest;
  }

  /** Resolves once something that was handed in makes it so. */
  async until(so: () => boolean): Promise<void> {
    while (!so()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
