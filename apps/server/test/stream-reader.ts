/** Owns a stream of events as a test reads it: through a parser that follows the HTML standard, at the test's own pace. */
import { createParser, type EventSourceMessage } from "eventsource-parser";

export class StreamReader implements AsyncDisposable {
  readonly response: Response;
  /** What came and was not taken yet. */
  readonly #events: EventSourceMessage[] = [];
  readonly comments: string[] = [];
  readonly retries: number[] = [];
  readonly #controller: AbortController;
  readonly #body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** The text as it came. */
  raw = "";
  readonly #parser = createParser({
    onEvent: (event) => this.#events.push(event),
    onComment: (comment) => this.comments.push(comment),
    onRetry: (ms) => this.retries.push(ms),
  });

  private constructor(response: Response, controller: AbortController) {
    this.response = response;
    this.#controller = controller;
    this.#body = response.body?.getReader();
  }

  static async open(url: string, init: RequestInit = {}): Promise<StreamReader> {
    const controller = new AbortController();
    const response = await fetch(url, { ...init, signal: controller.signal });
    return new StreamReader(response, controller);
  }

  /** The next event, once it is there. @throws at the end of the stream. */
  async next(): Promise<EventSourceMessage> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (!(await this.#read())) throw new Error(`the stream has ended: ${this.raw}`);
    }
  }

  async take(count: number): Promise<EventSourceMessage[]> {
    const taken: EventSourceMessage[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }

  /** Reads on until something is so. */
  async until(so: () => boolean): Promise<void> {
    while (!so()) if (!(await this.#read())) throw new Error(`the stream has ended: ${this.raw}`);
  }

  /** Everything up to the end of the stream. */
  async rest(): Promise<EventSourceMessage[]> {
    while (await this.#read());
    return this.#events.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort();
    await this.#body?.closed.catch(() => undefined);
  }

  /** @returns false at the end. */
  async #read(): Promise<boolean> {
    const read = await this.#body?.read();
    if (read?.value === undefined) return false;
    const text = new TextDecoder().decode(read.value, { stream: true });
    this.raw += text;
    this.#parser.feed(text);
    return true;
  }
}
