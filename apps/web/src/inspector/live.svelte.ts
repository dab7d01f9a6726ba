/** Owns the overview as it goes on: the last minutes of samples, and whether there is a stream that brings them. */
import type { Overview } from "@roomcast/protocol/operators";

import type { AdminApi } from "./admin-api.svelte.ts";

/** Seconds that are shown. */
export const SAMPLES = 300;
const RETRY_MS = 2_000;

export class Live {
  #samples = $state.raw<readonly Overview[]>([]);
  #isOpen = $state(false);
  #hasGivenUp = $state(false);
  readonly #abort = new AbortController();

  constructor(api: AdminApi) {
    void this.#follow(api);
  }

  get samples(): readonly Overview[] {
    return this.#samples;
  }

  get latest(): Overview | undefined {
    return this.#samples.at(-1);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The server let nobody in. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  end(): void {
    this.#abort.abort();
  }

  async #follow(api: AdminApi): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await api.stream("/live", signal, {
        opened: () => (this.#isOpen = true),
        tell: (sample) => (this.#samples = [...this.#samples, sample as Overview].slice(-SAMPLES)),
      });
      this.#isOpen = false;
      if (api.access === "token_wanted" || api.access === "closed") {
        this.#hasGivenUp = true;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
