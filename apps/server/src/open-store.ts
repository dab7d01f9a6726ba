/** Owns where events and sessions are kept: which of the stores the settings ask for. */
import {
  type Clock,
  MemoryLog,
  MemorySanctions,
  MemorySessions,
  type Random,
  type Trimmed,
} from "@roomcast/hub";
import { err, refusal } from "@roomcast/protocol";

import type { Settings } from "./config/settings.ts";
import { whyNoDriver } from "./logs/sqlite/writer/sqlite-driver.ts";
import { StartError } from "./start-error.ts";
import type { Store } from "./store.ts";

export interface StorePorts {
  readonly clock: Clock;
  readonly random: Random;
  /** The store can no longer be trusted, and the process must end; with a sentence that says why. */
  readonly onFatal: (sentence: string) => void;
  readonly onTrimmed: (trimmed: Trimmed) => void;
}

/** @throws StartError when the store cannot be opened. */
export async function openStore(
  settings: Settings,
  { clock, random, onFatal, onTrimmed }: StorePorts,
): Promise<Store> {
  const { store, dataDir, durability, historyEvents, historyDays, tailBytes } = settings;
  const historyBytes = settings.historyBytes === 0 ? Infinity : settings.historyBytes;
  if (store === "memory") {
    const log = new MemoryLog({ clock, random, historyEvents, historyBytes, onTrimmed });
    return {
      log,
      sessions: new MemorySessions(clock),
      sanctions: new MemorySanctions(),
      findings: [],
      canRead: () => Promise.resolve(true),
      backup: () => Promise.resolve(err(refusal("not_found", "a store in memory has no backup"))),
      close: () => log.close(),
    };
  }
  const missing = whyNoDriver();
  if (missing !== undefined) throw new StartError(missing);
  const { openSqliteStore } = await import("./logs/sqlite/sqlite-store.ts");
  const opened = await openSqliteStore({
    ...{ dataDir, durability, clock, historyEvents, historyBytes, historyDays, tailBytes },
    ...{ onFatal, onTrimmed },
  });
  if (!opened.ok) throw new StartError(opened.error);
  return opened.value;
}
