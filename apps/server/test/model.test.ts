/** L-MODEL for the whole of it: a hub over a log does what a small model says, whatever is asked of it in whatever order. */
import { MemoryLog, MemorySessions } from "@roomcast/hub";
import { SeededRandom, SUITE_TIME } from "@roomcast/hub/testing";
import fc from "fast-check";
import { expect, it } from "vitest";

import { commands } from "./model/commands.ts";
import { Model } from "./model/model.ts";
import { type Storage, type Store, System } from "./model/system.ts";
import { copyAsAfterKill, openStore, StandingClock, temporaryFolder } from "./sqlite-stores.ts";

const NAMES = ["ann", "bob"];
const HISTORY_EVENTS = 20;
const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Nothing of it outlives a restart. */
function memory(): Storage {
  let lives = 0;
  const open = async (): Promise<Store> => {
    const clock = new StandingClock(SUITE_TIME);
    const random = new SeededRandom((lives += 1));
    return {
      log: new MemoryLog({ clock, random, historyEvents: HISTORY_EVENTS }),
      sessions: new MemorySessions(clock),
    };
  };
  return { open, reopen: open, survives: false };
}

/** A real file; after a kill, what the kill has left of it. */
function sqlite(): Storage {
  let dataDir = temporaryFolder();
  let close: () => Promise<void> = async () => {};
  const open = async (): Promise<Store> => {
    const store = await openStore({ dataDir, historyEvents: HISTORY_EVENTS });
    close = () => store.close();
    return store;
  };
  const reopen = async (after: "close" | "kill"): Promise<Store> => {
    if (after === "kill") dataDir = copyAsAfterKill(dataDir);
    await close();
    return open();
  };
  return { open, reopen, survives: true };
}

it.each([
  { name: "memory", storage: memory, numRuns: 500 },
  { name: "SQLite", storage: sqlite, numRuns: 12 },
])(
  `L-MODEL: a hub over $name does what the model says (SEED=${seed})`,
  { timeout: 120_000 },
  async ({ storage, numRuns }) => {
    const property = fc.asyncProperty(commands(NAMES, storage().survives), async (asked) => {
      const system = await System.open(storage());
      await fc.asyncModelRun(() => ({ model: new Model(NAMES, HISTORY_EVENTS), real: system }), asked);
      expect(system.faults).toEqual([]);
    });
    await fc.assert(property, { seed, numRuns });
  },
);
