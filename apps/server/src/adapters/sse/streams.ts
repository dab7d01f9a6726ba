/** Owns the streams that are open: their number for each address, their heartbeats, and how long an end may take. */
import type { Clock } from "@roomcast/hub";
import { CLOSE_TIMEOUT_MS, err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";
import type { ServerResponse } from "node:http";

import { Deadlines } from "../deadlines.ts";
import { EXPULSION_MS } from "../reset.ts";
import type { Places } from "../places.ts";
import { EventStream, type StreamOptions } from "./event-stream.ts";

export class Streams {
  readonly heartbeatMs: number;
  readonly #places: Pick<Places, "take">;
  readonly #heartbeats: Deadlines<EventStream>;
  readonly #ends: Deadlines<EventStream>;
  readonly #droppings: Deadlines<EventStream>;
  #live = 0;
  #onNone: (() => void) | undefined;

  constructor(clock: Clock, heartbeatMs: number, places: Pick<Places, "take">) {
    this.heartbeatMs = heartbeatMs;
    this.#places = places;
    this.#heartbeats = new Deadlines(clock, heartbeatMs, (stream) => {
      stream.beat();
      this.#heartbeats.start(stream);
    });
    this.#ends = new Deadlines(clock, CLOSE_TIMEOUT_MS, (stream) => {
      stream.cut();
    });
    // Not stopped when the stream ends: the system may have taken all of it, and the peer nothing yet.
    this.#droppings = new Deadlines(clock, EXPULSION_MS, (stream) => {
      stream.cut();
    });
  }

  /** Writes nothing yet: until something is written to the stream, the response can still be another one. */
  open(
    response: ServerResponse,
    how: Pick<StreamOptions, "transport" | "format" | "words" | "identity">,
    onEnded = (): void => {},
  ): Result<EventStream, Refusal> {
    if (response.destroyed || response.socket === null) {
      return err(refusal("bad_message", "a stream cannot wait behind another answer"));
    }
    const taken = this.#places.take(response.req);
    if (!taken.ok) return taken;
    const place = taken.value;
    const stream = new EventStream(response, response.socket, {
      ...{ ...how, place },
      onEnded: () => {
        this.#forget(stream);
        onEnded();
      },
      onClosing: () => {
        this.#heartbeats.stop(stream);
        this.#ends.start(stream);
      },
      onDropping: () => {
        this.#droppings.start(stream);
      },
    });
    this.#live += 1;
    place.onGivenAway = () => stream.giveWay();
    this.#heartbeats.start(stream);
    return ok(stream);
  }

  /** Resolves when no stream is left. Those that the hub has closed are gone within the close timeout. */
  async close(): Promise<void> {
    if (this.#live === 0) return;
    await new Promise<void>((resolve) => {
      this.#onNone = resolve;
    });
  }

  #forget(stream: EventStream): void {
    stream.place.leave();
    this.#heartbeats.stop(stream);
    this.#ends.stop(stream);
    this.#live -= 1;
    if (this.#live === 0) this.#onNone?.();
  }
}
