/** Owns one answer that goes on: what an operator is told as events, who is let go when nothing is taken. */
import type { Clock } from "@roomcast/hub";
import type { ServerResponse } from "node:http";

import { comment, eventBlock } from "../sse/event-block.ts";
import { STREAM_HEAD } from "../sse/stream-head.ts";
import { Beat } from "./beat.ts";

/** What may wait for the reader; more is not made for it. */
const MAX_QUEUED_BYTES = 256 * 1024;
const HEARTBEAT_MS = 10_000;

export class OperatorStream {
  readonly #response: ServerResponse;

  /** @param onClosed is called once, however it ends. */
  constructor(response: ServerResponse, clock: Clock, onClosed: () => void) {
    this.#response = response;
    const heartbeat = new Beat(clock, HEARTBEAT_MS, () => {
      if (this.isFull) response.destroy();
      else response.write(comment("still here"));
    });
    response.once("close", () => {
      heartbeat.stop();
      onClosed();
    });
    response.writeHead(200, STREAM_HEAD).flushHeaders();
  }

  /** Its reader is behind: what is told now is not told. */
  get isFull(): boolean {
    return this.#response.writableLength > MAX_QUEUED_BYTES;
  }

  tell(event: string, data: object): void {
    if (!this.isFull) this.#response.write(eventBlock({ event, data: JSON.stringify(data) }));
  }

  end(): void {
    this.#response.end();
  }
}
