/** Owns one client made of a bare socket: says its dialect's steps, then looks for markers and nothing else. */
import { BareSocket } from "./bare-socket.ts";
import type { Dialect, Step } from "./dialect.ts";
import { findMarker, readMarker } from "./marker.ts";
import type { Publication, Wire, WireOptions } from "./wire.ts";

export class BareWire implements Wire {
  readonly #dialect: Dialect;
  readonly #options: WireOptions;
  readonly #entered = Promise.withResolvers<void>();
  readonly #steps: Step[];
  /** Frames of the current step that have come. */
  #came = 0;
  #socket: BareSocket | undefined;

  constructor(dialect: Dialect, options: WireOptions) {
    this.#dialect = dialect;
    this.#options = options;
    this.#steps = [...dialect.entry(options.rooms)];
  }

  enter(): Promise<void> {
    const { port, onEnd } = this.#options;
    this.#socket = new BareSocket({
      ...{ port, path: this.#dialect.path },
      onOpen: () => {
        this.#say();
      },
      onText: (...text) => {
        this.#heard(...text);
      },
      onEnd: (reason) => {
        this.#entered.reject(new Error(reason));
        onEnd();
      },
    });
    return this.#entered.promise;
  }

  publish(publications: readonly Publication[]): void {
    this.#socket?.say(...publications.map((publication) => this.#dialect.publish(publication)));
  }

  stall(): void {
    this.#socket?.stall();
  }

  cut(): void {
    this.#socket?.destroy();
  }

  #heard(bytes: Buffer, start: number, end: number): void {
    if (this.#steps.length > 0) {
      this.#step(bytes.toString("utf8", start, end));
      return;
    }
    const at = findMarker(bytes, start, end);
    if (at !== -1) this.#options.onMarker(readMarker(bytes, at));
    else if (this.#dialect.heartbeat !== undefined) this.#answer(bytes.toString("utf8", start, end));
  }

  #step(text: string): void {
    const [step] = this.#steps;
    if (step === undefined || !text.startsWith(step.until)) return;
    this.#came += 1;
    if (this.#came < (step.count ?? 1)) return;
    this.#came = 0;
    this.#steps.shift();
    if (this.#steps.length === 0) this.#entered.resolve();
    else this.#say();
  }

  #answer(text: string): void {
    const { heartbeat } = this.#dialect;
    if (text === heartbeat?.text) this.#socket?.say(heartbeat.answer);
  }

  #say(): void {
    const [step] = this.#steps;
    if (step?.say !== undefined) this.#socket?.say(step.say);
  }
}
