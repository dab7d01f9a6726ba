/** Owns the presence state that this client shows in one room, and whether the server has it. Must not know the other members. */
import { ok, type Result, type State } from "@roomcast/protocol";

import type { Failure } from "../failure.ts";
import { print } from "../publishing/prepare.ts";
import type { RoomHost } from "./room-host.ts";

export class OwnState {
  readonly #host: Pick<RoomHost, "requests" | "send">;
  readonly #room: string;
  #value: State | undefined;
  /** What the server has of it. */
  #told: State | undefined;

  constructor(host: Pick<RoomHost, "requests" | "send">, room: string, value: State | undefined) {
    this.#host = host;
    this.#room = room;
    this.#value = value;
  }

  get value(): State | undefined {
    return this.#value;
  }

  /** @param inside false: the join that comes tells it. */
  async set(state: State, inside: boolean): Promise<Result<undefined, Failure>> {
    const checked = print({ type: "presence", room: this.#room, state });
    if (!checked.ok) return checked;
    this.#value = state;
    return inside ? this.#tell(state) : ok(undefined);
  }

  /** A join goes out, and with it the state. */
  joining(): void {
    this.#told = this.#value;
  }

  /** What was set after the join had gone out is told now. */
  joined(): void {
    if (this.#value !== undefined && this.#value !== this.#told) void this.#tell(this.#value);
  }

  async #tell(state: State): Promise<Result<undefined, Failure>> {
    this.#told = state;
    const answer = await this.#host.requests.ask((id) =>
      this.#host.send({ type: "presence", id, room: this.#room, state }),
    );
    return answer.ok ? ok(undefined) : answer;
  }
}
