/** Owns what outlives the program: by what the last session is resumed, and what an earlier life has left. Must not know when it is sent. */
import type { RoomSession } from "./rooms/room-session.ts";
import type { ClientStorage, StoredPublish } from "./storage/client-storage.ts";

export class Memory {
  readonly #report: (error: unknown) => void;
  #storage: ClientStorage | undefined;
  /** Of an earlier life of the program, by room; undefined until it is loaded. */
  #stored: Map<string, StoredPublish[]> | undefined;
  #resume: string | undefined;
  #loading: Promise<void> | undefined;

  /** @param storage undefined: nothing outlives the program. @param loaded what is to be restored can be. */
  constructor(storage: ClientStorage | undefined, report: (error: unknown) => void, loaded: () => void) {
    this.#storage = storage;
    this.#report = report;
    if (storage !== undefined) this.#loading = this.#load(storage, loaded);
  }

  /** undefined: there is none, or none that can be read. */
  get storage(): ClientStorage | undefined {
    return this.#storage;
  }

  /** Never rejects; undefined when it is done. */
  get loading(): Promise<void> | undefined {
    return this.#loading;
  }

  /** Of an earlier life: only the first hello has use for it. */
  get resume(): string | undefined {
    return this.#resume;
  }

  /** Whatever the next life of the program may come back by. */
  keep(resume: string | undefined): void {
    this.#resume = undefined;
    this.#storage?.keepResume(resume).catch(this.#report);
  }

  /** What an earlier life has left for this room, once it is known. */
  restore({ name, outbox }: RoomSession): void {
    if (this.#stored === undefined) return;
    outbox.restore(this.#stored.get(name) ?? []);
    // A room that is left and entered again has had its own already.
    this.#stored.delete(name);
  }

  async #load(storage: ClientStorage, loaded: () => void): Promise<void> {
    const { publishes, resume } = await storage.load().catch((error: unknown) => {
      this.#report(error);
      this.#storage = undefined;
      return { publishes: [], resume: undefined };
    });
    this.#stored = Map.groupBy(publishes, ({ room }) => room);
    this.#resume = resume;
    this.#loading = undefined;
    loaded();
  }
}
