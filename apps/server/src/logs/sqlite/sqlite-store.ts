/** Opens the SQLite store and puts its parts together: folder, writer thread, queue, and the two faces of it. */
import { SteadyTime } from "@roomcast/hub";
import { err, MAX_PAGE_BYTES, ok, refusal, RESUME_WINDOW_MS, type Result } from "@roomcast/protocol";

import type { Store } from "../../store.ts";
import { Turns } from "../../turns.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { GroupQueue } from "./group-queue.ts";
import { SqliteBackups } from "./sqlite-backups.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { SqliteSanctions } from "./sqlite-sanctions.ts";
import { SqliteSessions } from "./sqlite-sessions.ts";
import type { SqliteStoreOptions } from "./store-options.ts";
import { Tails } from "./tails.ts";
import { WriterThread } from "./writer-thread.ts";
import { copyOf } from "./writer/writer-messages.ts";

const DEFAULT_HISTORY_EVENTS = 10_000;
const DEFAULT_HISTORY_BYTES = 64 * 1024 * 1024;
const DEFAULT_HISTORY_DAYS = 30;
const DEFAULT_TAIL_BYTES = 16 * 1024 * 1024;
/** As many as a group has reads: what follows from each may be a page that is printed and written. */
const ANSWERS_PER_TURN = 64;
/** How often the writer looks for what has expired. */
const TICK_MS = 60_000;

/** Throws on a bug alone. The error is one sentence for the operator. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Result<Store, string>> {
  const { clock, onFatal, onTrimmed = () => undefined } = options;
  const file = prepareDataFolder(options.dataDir);
  if (!file.ok) return err(file.error);
  const started = await WriterThread.start({
    file: file.value,
    durability: options.durability ?? "disk",
    historyEvents: options.historyEvents ?? DEFAULT_HISTORY_EVENTS,
    historyBytes: options.historyBytes ?? DEFAULT_HISTORY_BYTES,
    historyDays: options.historyDays ?? DEFAULT_HISTORY_DAYS,
    resumeWindowMs: RESUME_WINDOW_MS,
    maxPageBytes: MAX_PAGE_BYTES,
    now: clock.now(),
    gate: options.gate?.memory,
  });
  if (!started.ok) return started;
  const writer = started.value;
  const turns = new Turns(clock, ANSWERS_PER_TURN);
  const queue = new GroupQueue(clock, turns, (group) => writer.tell(group));
  const backups = new SqliteBackups(copyOf(file.value), () => writer.tell({ kind: "copy" }));
  const tails = new Tails(options.tailBytes ?? DEFAULT_TAIL_BYTES);

  const time = new SteadyTime(clock, writer.lastTime);
  const tick = (): void => {
    writer.tell({ kind: "tick", now: time.now() });
    ticker = clock.after(TICK_MS, tick);
  };
  let ticker = clock.after(0, tick);

  const ended = new Promise<void>((resolve) => {
    writer.listen({
      onAnswer: (answer) => queue.answer(answer),
      onTrimmed: (trimmed) => {
        tails.trim(trimmed);
        onTrimmed({ by: trimmed.by, events: trimmed.events });
      },
      onCopied: (failure) => backups.copied(failure),
      onEnd: (sentence) => {
        ticker.cancel();
        queue.abandon();
        backups.copied("storage_unavailable");
        resolve();
        if (sentence !== undefined) onFatal(sentence);
      },
    });
  });

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= queue.drain().then(() => {
      ticker.cancel();
      writer.tell({ kind: "close" });
      return ended;
    });
    return closing;
  };

  const canRead = (): Promise<boolean> =>
    new Promise((resolve) => {
      const nowhere = { room: "", after: undefined, beyond: undefined, before: undefined, limit: 0 };
      queue.read(nowhere, (page) => resolve(!("code" in page)));
    });

  const { durability, generation, earlierGenerations, findings, sequence } = writer;
  return ok({
    log: new SqliteLog({ turns, queue, tails, durability, generation, earlierGenerations, sequence, close }),
    sessions: new SqliteSessions(queue),
    sanctions: new SqliteSanctions(queue, writer.sanctions),
    findings,
    canRead,
    backup: () => (queue.isEnded ? Promise.resolve(err(refusal("storage_unavailable"))) : backups.make()),
    close,
  });
}
