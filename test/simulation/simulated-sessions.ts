/** Owns the session store over a disk. */
import type { SessionStore, StoredSession } from "@roomcast/hub";
import { err, ok, type Refusal, type Result } from "@roomcast/protocol";

import type { Disk } from "./disk.ts";
import type { WriterQueue } from "./writer-queue.ts";

export class SimulatedSessions implements SessionStore {
  readonly #disk: Disk;
  readonly #queue: WriterQueue;

  constructor(disk: Disk, queue: WriterQueue) {
    this.#disk = disk;
    this.#queue = queue;
  }

  save(session: StoredSession): Promise<Result<undefined, Refusal>> {
    const { promise, resolve } = Promise.withResolvers<Result<undefined, Refusal>>();
    const commit = (): (() => void) => {
      this.#disk.save(session);
      return () => resolve(ok(undefined));
    };
    this.#queue.ask({ writes: true, commit, refuse: (reason) => resolve(err(reason)) });
    return promise;
  }

  find(clientId: string): Promise<StoredSession | undefined> {
    const { promise, resolve } = Promise.withResolvers<StoredSession | undefined>();
    const commit = (): (() => void) => {
      const session = this.#disk.find(clientId);
      return () => resolve(session);
    };
    this.#queue.ask({ writes: false, commit, refuse: () => resolve(undefined) });
    return promise;
  }

  remove(clientId: string): void {
    this.#write(() => this.#disk.forget(clientId));
  }

  removeUser(user: string): void {
    this.#write(() => this.#disk.forgetUser(user));
  }

  #write(work: () => void): void {
    const commit = (): (() => void) => {
      work();
      return () => undefined;
    };
    this.#queue.ask({ writes: true, commit, refuse: () => undefined });
  }
}
