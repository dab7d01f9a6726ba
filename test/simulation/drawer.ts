/** Owns what of a member outlives its program: durable some time after it was asked to be. */
import type { ClientStorage, StoredClient, StoredPublish } from "@roomcast/client";
import type { SeededRandom } from "@roomcast/hub/testing";

import type { Life } from "./life.ts";

const MAX_SAVE_MS = 10;

export class Drawer {
  readonly #random: SeededRandom;
  readonly #publishes = new Map<string, StoredPublish>();
  #resume: string | undefined;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get contents(): StoredClient {
    return {
      publishes: [...this.#publishes.values()],
      ...(this.#resume !== undefined && { resume: this.#resume }),
    };
  }

  /** As one life of the program sees it. Calls take effect in their order. */
  open(life: Life): ClientStorage {
    let last = Promise.resolve();
    const soon = (work: () => void): Promise<void> => {
      last = last.then(
        () =>
          new Promise((resolve) => {
            life.after(this.#random.below(MAX_SAVE_MS), () => {
              work();
              life.after(0, resolve);
            });
          }),
      );
      return last;
    };
    return {
      load: async () => {
        await soon(() => {});
        return this.contents;
      },
      save: (publish) => soon(() => void this.#publishes.set(publish.id, publish)),
      remove: (_room, id) => soon(() => void this.#publishes.delete(id)),
      keepResume: (resume) => soon(() => void (this.#resume = resume)),
    };
  }
}
