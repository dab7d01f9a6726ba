/**
 * Owns what a browser keeps of a client over a reload or a closed tab. Each client has a *place* in one IndexedDB, and a Web Lock
 * says that it is taken: a reload comes back to its own, a new tab to one that was left, a duplicated tab to none of the first's.
 */
import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from "idb";

import type { ClientStorage, StoredClient, StoredPublish } from "./client-storage.ts";

export interface IndexedDbOptions {
  /** Whose publishes these are, a user or a name: what one left is neither sent nor seen by another. */
  readonly scope: string;
  /** Of the database. Default "roomcast". */
  readonly name?: string;
}

interface Place {
  readonly scope: string;
  readonly resume?: string;
}

interface Schema extends DBSchema {
  places: { key: number; value: Place; indexes: { scope: string } };
  publishes: { key: [place: number, number: number]; value: StoredPublish };
}

interface Held {
  readonly database: IDBPDatabase<Schema>;
  readonly place: number;
  readonly release: () => void;
}

/** The place is one client's alone, so that it may know by heart under which number each publish stands. */
interface Loaded extends Held {
  readonly stored: StoredClient;
  readonly numbers: Map<string, number>;
  next: number;
}

/** The page before a reload may take a moment to let go. */
const RELOAD_MS = 1_000;
/** A closed tab is no power cut; yet "stored before it is sent" shall hold for both. */
const DURABLY = { durability: "strict" } as const;

export interface IndexedDbStorage extends ClientStorage {
  /** Gives the place up: another client may take it. Nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** undefined where the page has no IndexedDB or no Web Locks, as over http from another machine: nothing then outlives it. */
export function indexedDbStorage({
  scope,
  name = "roomcast",
}: IndexedDbOptions): IndexedDbStorage | undefined {
  if (typeof indexedDB === "undefined" || typeof navigator === "undefined" || !("locks" in navigator))
    return undefined;
  let loaded: Promise<Loaded> | undefined;
  const load = (): Promise<Loaded> => (loaded ??= holdPlace(name, scope).then(read));
  return {
    load: async () => (await load()).stored,
    async save(publish) {
      const held = await load();
      const key = keyOf(publish);
      const number = held.numbers.get(key) ?? held.next++;
      held.numbers.set(key, number);
      await write(held, "publishes", (store) => store.put(publish, [held.place, number]));
    },
    async remove(room, id) {
      const held = await load();
      const key = keyOf({ room, id });
      const number = held.numbers.get(key);
      if (number === undefined) return;
      held.numbers.delete(key);
      await write(held, "publishes", (store) => store.delete([held.place, number]));
    },
    async keepResume(resume) {
      const held = await load();
      const place = { scope, ...(resume !== undefined && { resume }) };
      await write(held, "places", (store) => store.put(place, held.place));
    },
    async close() {
      if (loaded === undefined) return;
      const { database, release } = await loaded;
      database.close();
      release();
    },
  };
}

const keyOf = ({ room, id }: Pick<StoredPublish, "room" | "id">): string => `${room} ${id}`;

/** All publishes of a place: an array sorts behind every number. */
const within = (place: number): IDBKeyRange => IDBKeyRange.bound([place], [place, []]);

/** One message to the browser, which carries it out though the tab is closed in the same moment. */
async function write<Name extends "places" | "publishes">(
  { database }: Held,
  name: Name,
  ask: (store: IDBPObjectStore<Schema, [Name], Name, "readwrite">) => Promise<unknown>,
): Promise<void> {
  const transaction = database.transaction(name, "readwrite", DURABLY);
  const asked = ask(transaction.store);
  transaction.commit();
  await Promise.all([asked, transaction.done]);
}

async function holdPlace(name: string, scope: string): Promise<Held> {
  const database = await openDB<Schema>(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("places", { autoIncrement: true }).createIndex("scope", "scope");
      fresh.createObjectStore("publishes");
    },
  });
  const left = await leftPlaces(database, scope);
  const own = ownPlace(name, scope);
  const lock = (place: number, waitMs: number): Promise<Held | undefined> =>
    locked(`${name}/${place}`, waitMs).then((release) => release && { database, place, release });
  if (own !== undefined && left.includes(own)) {
    const held = await lock(own, RELOAD_MS);
    if (held !== undefined) return held;
  }
  for (const place of left) {
    const held = await lock(place, 0);
    if (held !== undefined) return remembered(name, scope, held);
  }
  // Nobody can have found it between these two.
  const place = await database.add("places", { scope });
  const held = await lock(place, RELOAD_MS);
  if (held === undefined) throw new Error("a new place was taken at once");
  return remembered(name, scope, held);
}

/** Those with something to send first, then the newest. */
async function leftPlaces(database: IDBPDatabase<Schema>, scope: string): Promise<number[]> {
  const places = await database.getAllKeysFromIndex("places", "scope", scope);
  const counted = await Promise.all(
    places.map(async (place) => ({
      place,
      busy: (await database.count("publishes", within(place))) > 0,
    })),
  );
  counted.sort((a, b) => Number(b.busy) - Number(a.busy) || b.place - a.place);
  return counted.map(({ place }) => place);
}

async function read(held: Held): Promise<Loaded> {
  const { database, place } = held;
  const [kept, publishes, keys] = await Promise.all([
    database.get("places", place),
    database.getAll("publishes", within(place)),
    database.getAllKeys("publishes", within(place)),
  ]);
  const numbers = keys.map(([, number]) => number);
  return {
    ...held,
    stored: { publishes, ...(kept?.resume !== undefined && { resume: kept.resume }) },
    numbers: new Map(publishes.map((publish, index) => [keyOf(publish), numbers[index] ?? 0])),
    next: (numbers.at(-1) ?? 0) + 1,
  };
}

/** Held until `release` is called or the page is gone. undefined: somebody else has it. */
function locked(lock: string, waitMs: number): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const options = waitMs === 0 ? { ifAvailable: true } : { signal: AbortSignal.timeout(waitMs) };
    navigator.locks
      .request(lock, options, (granted) =>
        granted === null
          ? resolve(undefined)
          : new Promise<void>((release) => {
              resolve(release);
            }),
      )
      .catch((error: unknown) => {
        if (error instanceof DOMException && error.name === "TimeoutError") resolve(undefined);
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
  });
}

/** A tab's own memory outlives its reload; a duplicate begins with a copy of it. */
const memoryOf = (name: string, scope: string): string => `${name}/place/${scope}`;

function ownPlace(name: string, scope: string): number | undefined {
  try {
    const own = sessionStorage.getItem(memoryOf(name, scope));
    return own === null ? undefined : Number(own);
  } catch {
    return undefined;
  }
}

function remembered(name: string, scope: string, held: Held): Held {
  try {
    sessionStorage.setItem(memoryOf(name, scope), String(held.place));
  } catch {
    // A page without it, and a worker: a reload then comes back to any place that was left.
  }
  return held;
}
