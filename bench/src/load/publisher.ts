/** Owns one publisher's pace: what it has sent, what has arrived of it, and when it may send more. */
const US = 1_000;
/** More are written in pieces, so that a burst is no single allocation. */
const MOST_AT_ONCE = 500;

export interface Sent {
  readonly sequence: number;
  readonly sentUs: number;
}

export class Publisher {
  readonly #readers: number;
  readonly #publish: (messages: readonly Sent[]) => void;
  #sent = 0;
  #target = 0;
  #delivered = 0;
  #window = 0;

  /** @param readers who get each message. */
  constructor(readers: number, publish: (messages: readonly Sent[]) => void) {
    this.#readers = readers;
    this.#publish = publish;
  }

  get sent(): number {
    return this.#sent;
  }

  /** All that was to be sent has reached all. */
  get whole(): boolean {
    return this.#delivered >= this.#target * this.#readers;
  }

  /** So many more are to come, by `send`. */
  expect(messages: number): void {
    this.#target += messages;
  }

  send(sentUs: number): void {
    this.#sent += 1;
    this.#publish([{ sequence: this.#sent, sentUs: Math.round(sentUs) }]);
  }

  /** So many more, as fast as the window lets. */
  start(messages: number, window: number): void {
    this.#target += messages;
    this.#window = window;
    this.#pump();
  }

  delivered(): void {
    this.#delivered += 1;
    if (this.#sent < this.#target && this.#window > 0) this.#pump();
  }

  #pump(): void {
    const upTo = Math.min(this.#target, Math.floor(this.#delivered / this.#readers) + this.#window);
    while (this.#sent < upTo) {
      const count = Math.min(MOST_AT_ONCE, upTo - this.#sent);
      const sentUs = Math.round(performance.now() * US);
      const messages = Array.from({ length: count }, (_, index) => ({
        sequence: this.#sent + index + 1,
        sentUs,
      }));
      this.#sent += count;
      this.#publish(messages);
    }
  }
}
