/** Owns the streams that are open: their number for each address, their heartbeats, and how long an end may take. */
import type { Clock } from "@roomcast/hub";
import { CLOSE_TIMEOUT_MS, err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";
import type { ServerResponse } from "node:http";

import type { AddressLimit } from "../address-limit.ts";
import { Deadlines } from "../deadlines.ts";
import { addressOf } from "../peer-address.ts";
import { EventStream, type StreamOptions } from "./event-stream.ts";

export class Streams {
  readonly #addresses: AddressLimit;
  readonly #heartbeats: Deadlines<EventStream>;
  readonly #ends: Deadlines<EventStream>;

  constructor(clock: Clock, heartbeatMs: number, addresses: AddressLimit) {
    this.#addresses = addresses;
    this.#heartbeats = new Deadlines(clock, heartbeatMs, (stream) => {
      stream.beat();
      this.#heartbeats.start(stream);
    });
    this.#ends = new Deadlines(clock, CLOSE_TIMEOUT_MS, (stream) => {
      stream.cut();
    });
  }

  /** Nothing is answered yet: as long as nothing is written to the stream, the response may say something else. */
  open(
    response: ServerResponse,
    how: Pick<StreamOptions, "transport" | "format" | "words">,
  ): Result<EventStream, Refusal> {
    if (this.#addresses.full(addressOf(response.req.socket))) {
      return err(refusal("too_many", "too many connections from one address"));
    }
    const stream = new EventStream(response, {
      ...how,
      onGone: () => {
        this.#addresses.remove(stream.remote);
        this.#heartbeats.stop(stream);
        this.#ends.stop(stream);
      },
      onClosing: () => {
        this.#heartbeats.stop(stream);
        this.#ends.start(stream);
      },
    });
    this.#addresses.add(stream.remote);
    this.#heartbeats.start(stream);
    return ok(stream);
  }
}
