/** The sanctions on SQLite. Must not know how its writes get to the writer. */
import type { Sanction, SanctionKey, SanctionStore } from "@roomcast/hub";
import { err, ok, type Refusal, type Result } from "@roomcast/protocol";

import type { GroupQueue } from "./group-queue.ts";
import type { StateWrite } from "./writer/writer-messages.ts";

export class SqliteSanctions implements SanctionStore {
  readonly kept: readonly Sanction[];
  readonly #queue: GroupQueue;

  constructor(queue: GroupQueue, kept: readonly Sanction[]) {
    this.#queue = queue;
    this.kept = kept;
  }

  impose(sanction: Sanction): Promise<Result<undefined, Refusal>> {
    return this.#write({ kind: "impose", sanction });
  }

  lift(key: SanctionKey): Promise<Result<undefined, Refusal>> {
    return this.#write({ kind: "lift", key });
  }

  #write(write: StateWrite): Promise<Result<undefined, Refusal>> {
    return new Promise((resolve) => {
      this.#queue.write(write, (refused) => resolve(refused === undefined ? ok(undefined) : err(refused)));
    });
  }
}
