import type { RoomLog, SanctionStore, SessionStore } from "@roomcast/hub";
import { SUITE_TIME } from "@roomcast/hub/testing";
import { describeRoomLog, describeSanctionStore, describeSessionStore } from "@roomcast/hub/testing/suites";

import { copyAsAfterKill, openStore, temporaryFolder } from "../../../test/sqlite-stores.ts";
import type { Store } from "../../store.ts";
import type { SqliteStoreOptions } from "./store-options.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));

/** Remembers how each store was opened, so that it can be opened again by what a suite knows of it. */
class Reopener<Face extends object> {
  readonly #stores = new WeakMap<Face, { store: Store; dataDir: string }>();
  readonly #faceOf: (store: Store) => Face;

  constructor(faceOf: (store: Store) => Face) {
    this.#faceOf = faceOf;
  }

  async open(options: Partial<SqliteStoreOptions>): Promise<Face> {
    const dataDir = options.dataDir ?? temporaryFolder();
    const store = await openStore({ ...options, dataDir });
    const face = this.#faceOf(store);
    this.#stores.set(face, { store, dataDir });
    return face;
  }

  async reopen(face: Face, after: "close" | "kill"): Promise<Face> {
    const { store, dataDir } = this.#stores.get(face)!;
    if (after === "kill") return this.open({ dataDir: copyAsAfterKill(dataDir) });
    await store.close();
    return this.open({ dataDir });
  }
}

const logs = new Reopener<RoomLog>(({ log }) => log);
describeRoomLog("SQLite", {
  open: (kept) => logs.open(kept),
  reopen: (log, after) => logs.reopen(log, after),
  seed,
});

const sessions = new Reopener<SessionStore>((store) => store.sessions);
describeSessionStore("SQLite", {
  open: () => sessions.open({}),
  reopen: (store, after) => sessions.reopen(store, after),
  now: () => SUITE_TIME,
});

const sanctions = new Reopener<SanctionStore>((store) => store.sanctions);
describeSanctionStore("SQLite", {
  open: () => sanctions.open({}),
  reopen: (store, after) => sanctions.reopen(store, after),
});
