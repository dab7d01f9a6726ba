/**
 * Measures the two SQLite drivers for Node under the work of a room log: groups of events, each with its look-up and its
 * row for deduplication, committed in a worker thread while the main thread keeps handing over the next group.
 * Prints one Markdown table: minimum – median – maximum over interleaved repeats. ADR 0005 quotes it.
 *
 * node bench/sqlite-drivers.ts [repeats, default 5] [ms per run, default 1000]
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parentPort, Worker, workerData } from "node:worker_threads";

/** What both drivers have in common. */
interface Driver {
  exec(sql: string): unknown;
  prepare(sql: string): { run(...values: Cell[]): unknown; get(...values: Cell[]): unknown };
  close(): void;
}

type Cell = string | number;
type OpenDriver = new (file: string) => Driver;

interface Run {
  readonly driver: "node:sqlite" | "better-sqlite3";
  readonly synchronous: "FULL" | "NORMAL";
  readonly group: number;
}

interface Figures {
  readonly eventsPerSecond: number;
  /** From the hand-over of a group to its answer. */
  readonly ackP99Ms: number;
}

const CELLS_PER_EVENT = 4;
const ROOMS = 100;
const DATA = JSON.stringify({ text: "x".repeat(117) });

function openDriver(run: Run, file: string): Driver {
  const require = createRequire(import.meta.url);
  const Database = (
    run.driver === "node:sqlite"
      ? (require("node:sqlite") as { DatabaseSync: OpenDriver }).DatabaseSync
      : require("better-sqlite3")
  ) as OpenDriver;
  const database = new Database(file);
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${run.synchronous};
    CREATE TABLE event (room INTEGER, offset INTEGER, data TEXT, id TEXT, PRIMARY KEY (room, offset)) STRICT, WITHOUT ROWID;
    CREATE TABLE dedupe (room INTEGER, id TEXT, offset INTEGER, PRIMARY KEY (room, id)) STRICT, WITHOUT ROWID`);
  return database;
}

function serve(port: NonNullable<typeof parentPort>, run: Run, file: string): void {
  const database = openDriver(run, file);
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const known = database.prepare("SELECT offset FROM dedupe WHERE room = ? AND id = ?");
  const event = database.prepare("INSERT INTO event VALUES (?, ?, ?, ?)");
  const dedupe = database.prepare("INSERT INTO dedupe VALUES (?, ?, ?)");
  port.on("message", (cells: Cell[]) => {
    begin.run();
    for (let at = 0; at < cells.length; at += CELLS_PER_EVENT) {
      const [room = 0, offset = 0, data = "", id = ""] = cells.slice(at, at + CELLS_PER_EVENT);
      if (known.get(room, id) !== undefined) throw new Error("an id came twice");
      event.run(room, offset, data, id);
      dedupe.run(room, id, offset);
    }
    commit.run();
    port.postMessage(null);
  });
  port.postMessage(null);
}

async function measure(run: Run, forMs: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "roomcast-bench-"));
  const worker = new Worker(new URL(import.meta.url), { workerData: { run, file: join(folder, "log.db") } });
  const answer = (): Promise<unknown> => once(worker, "message");
  try {
    await answer();
    let offset = 0;
    const acksMs: number[] = [];
    const start = performance.now();
    while (performance.now() - start < forMs) {
      const cells: Cell[] = [];
      for (let event = 0; event < run.group; event++) {
        offset += 1;
        cells.push(offset % ROOMS, offset, DATA, Math.random().toString(36));
      }
      const handedOver = performance.now();
      worker.postMessage(cells);
      await answer();
      acksMs.push(performance.now() - handedOver);
    }
    const seconds = (performance.now() - start) / 1000;
    acksMs.sort((a, b) => a - b);
    return { eventsPerSecond: offset / seconds, ackP99Ms: acksMs[Math.floor(acksMs.length * 0.99)] ?? 0 };
  } finally {
    await worker.terminate();
    rmSync(folder, { recursive: true });
  }
}

const spread = (values: number[], print: (value: number) => string): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((value) => print(value ?? 0)).join(" – ");
};

async function main(): Promise<void> {
  const [repeats = 5, forMs = 1000] = process.argv.slice(2).map(Number);
  const results = new Map<Run, Figures[]>();
  for (const group of [64, 256]) {
    for (const synchronous of ["FULL", "NORMAL"] as const) {
      for (const driver of ["node:sqlite", "better-sqlite3"] as const) {
        results.set({ driver, synchronous, group }, []);
      }
    }
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [run, figures] of results) figures.push(await measure(run, forMs));
  }
  console.log(
    `Node ${process.version}, ${cpus().length} cores, ${repeats} repeats of ${forMs} ms, interleaved\n`,
  );
  console.log(
    "| group | synchronous | driver | events/s | hand-over to ack, p99 ms |\n| --- | --- | --- | --- | --- |",
  );
  for (const [run, figures] of results) {
    const events = spread(
      figures.map((figure) => figure.eventsPerSecond),
      (value) => `${Math.round(value / 1000)}k`,
    );
    const acks = spread(
      figures.map((figure) => figure.ackP99Ms),
      (value) => value.toFixed(1),
    );
    console.log(`| ${run.group} | ${run.synchronous} | ${run.driver} | ${events} | ${acks} |`);
  }
}

if (parentPort === null) await main();
else {
  const { run, file } = workerData as { run: Run; file: string };
  serve(parentPort, run, file);
}
