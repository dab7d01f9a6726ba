/** Owns an operator's stream as a test reads it: the next that it tells of one kind, and nothing of the others. */
import type { Overview, TailBatch } from "@roomcast/protocol/operators";

import { StreamReader } from "./stream-reader.ts";

export class OperatorReader implements AsyncDisposable {
  readonly #stream: StreamReader;

  private constructor(stream: StreamReader) {
    this.#stream = stream;
  }

  static async open(url: string): Promise<OperatorReader> {
    const stream = await StreamReader.open(url);
    const type = stream.response.headers.get("content-type");
    if (type?.includes("text/event-stream") !== true) throw new Error(`no stream, but ${type}`);
    return new OperatorReader(stream);
  }

  async overview(wanted: (overview: Overview) => boolean = () => true): Promise<Overview> {
    for (;;) {
      const overview = (await this.#next("overview")) as Overview;
      if (wanted(overview)) return overview;
    }
  }

  async events(): Promise<TailBatch> {
    return (await this.#next("events")) as TailBatch;
  }

  async #next(kind: string): Promise<unknown> {
    for (;;) {
      const { event, data } = await this.#stream.next();
      if (event === kind) return JSON.parse(data);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stream[Symbol.asyncDispose]();
  }
}
