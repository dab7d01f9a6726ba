/** The session store on SQLite. Must not know how its writes get to the writer. */
import type { SessionStore, StoredSession } from "@roomcast/hub";
import { err, ok, type Refusal, type Result } from "@roomcast/protocol";

import type { GroupQueue } from "./group-queue.ts";
import { cellsOf } from "./writer/session-cells.ts";

export class SqliteSessions implements SessionStore {
  readonly #queue: GroupQueue;

  constructor(queue: GroupQueue) {
    this.#queue = queue;
  }

  save(session: StoredSession): Promise<Result<undefined, Refusal>> {
    return new Promise((resolve) => {
      this.#queue.write({ kind: "save", cells: cellsOf(session) }, (refused) =>
        resolve(refused === undefined ? ok(undefined) : err(refused)),
      );
    });
  }

  /** A store that cannot be read knows nobody: the client then begins anew. */
  async find(clientId: string): Promise<StoredSession | undefined> {
    return new Promise((resolve) => {
      this.#queue.find(clientId, resolve);
    });
  }

  remove(clientId: string): void {
    this.#queue.remove({ kind: "remove", clientId });
  }

  removeUser(user: string): void {
    this.#queue.remove({ kind: "removeUser", user });
  }
}
