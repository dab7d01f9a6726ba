/** Owns what the storage knows of the publishes of a room. Must not know their order, or when they are sent. */
import type { Failure } from "../failure.ts";
import type { ClientStorage } from "../storage/client-storage.ts";
import { type Entry, stored } from "./outbox-entry.ts";

export class OutboxStorage {
  readonly #storage: () => ClientStorage | undefined;
  readonly #report: (error: unknown) => void;
  readonly #saved: () => void;

  /** @param storage undefined: nothing outlives the program. @param saved one more is known. */
  constructor(storage: () => ClientStorage | undefined, report: (error: unknown) => void, saved: () => void) {
    this.#storage = storage;
    this.#report = report;
    this.#saved = saved;
  }

  /** Whether a restarted program would know as whom it was sent; if not yet, it soon will. */
  knows(entry: Entry, user: string): boolean {
    if (this.#storage() === undefined || entry.savedAs === user) return true;
    this.save(entry, user);
    return false;
  }

  save(entry: Entry, user: string | undefined): void {
    const storage = this.#storage();
    if (storage === undefined || entry.saving) return;
    entry.saving = true;
    const done = (): void => {
      entry.saving = false;
      entry.savedAs = user;
      this.#saved();
    };
    storage.save(stored(entry, user)).then(done, (error: unknown) => {
      this.#report(error);
      // A storage that fails costs the program's memory of the message, and not the message.
      done();
    });
  }

  /** It was acked, or is one failure too many. */
  forget(entry: Entry): void {
    this.#remove(entry)?.catch(this.#report);
  }

  /** Tells why it failed; it stays for a retry. */
  fail(entry: Entry, why: Failure): void {
    this.#tell(entry, why, this.#storage()?.save(stored(entry, entry.sentAs)));
  }

  /** Tells why it failed, and keeps nothing of it. */
  discard(entry: Entry, why: Failure): void {
    this.#tell(entry, why, this.#remove(entry));
  }

  #remove({ prepared: { message } }: Entry): Promise<void> | undefined {
    return this.#storage()?.remove(message.room, message.id);
  }

  /** Once the storage knows it: the next life of the program would send what was said to be over. */
  #tell(entry: Entry, why: Failure, known: Promise<void> | undefined): void {
    const tell = (): void => entry.settle({ ok: false, id: entry.prepared.message.id, ...why });
    if (known === undefined) tell();
    else void known.catch(this.#report).then(tell);
  }
}
