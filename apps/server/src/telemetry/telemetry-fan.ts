/** Owns who hears the facts of the hub: some always, others for as long as they listen. */
import type { Telemetry, TelemetryEvent } from "@roomcast/hub";

type OnPublished = NonNullable<Telemetry["published"]>;

export class TelemetryFan implements Telemetry {
  readonly #listeners: Set<Telemetry>;
  readonly #always: number;
  #published: OnPublished | undefined;

  constructor(...always: readonly Telemetry[]) {
    this.#listeners = new Set(always);
    this.#always = always.length;
    this.#refresh();
  }

  /** Undefined as long as no listener wants to hear of every event. */
  get published(): OnPublished | undefined {
    return this.#published;
  }

  /** Whether anybody listens who does not always. */
  get isWatched(): boolean {
    return this.#listeners.size > this.#always;
  }

  /** @returns how to stop listening. */
  listen(listener: Telemetry): () => void {
    this.#listeners.add(listener);
    this.#refresh();
    return () => {
      this.#listeners.delete(listener);
      this.#refresh();
    };
  }

  record(event: TelemetryEvent): void {
    for (const listener of this.#listeners) listener.record(event);
  }

  #refresh(): void {
    const wanting = [...this.#listeners].filter(({ published }) => published !== undefined);
    this.#published =
      wanting.length === 0
        ? undefined
        : (event) => {
            for (const listener of wanting) listener.published?.(event);
          };
  }
}
