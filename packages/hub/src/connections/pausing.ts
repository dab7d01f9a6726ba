/** Owns whether a connection is paused: for as long as there is any reason, and there may be more than one at a time. */
import type { Connection } from "../ports/connection.ts";

export class Pausing {
  readonly #connection: Pick<Connection, "pause" | "resume">;
  #reasons = 0;

  constructor(connection: Pick<Connection, "pause" | "resume">) {
    this.#connection = connection;
  }

  /** MUST be followed by `end`, once. */
  begin(): void {
    this.#reasons += 1;
    if (this.#reasons === 1) this.#connection.pause?.();
  }

  end(): void {
    this.#reasons -= 1;
    if (this.#reasons === 0) this.#connection.resume?.();
  }
}
