/**
 * Preloaded into a server process (`node --import`): kills it by SIGKILL at a named moment. The server is the one that is
 * shipped, with nothing in it for tests; what is watched is the platform below it: what it asks of SQLite, what it
 * writes to sockets. A moment that is never reached shows in the report as one that was never hit.
 */
import { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import sqlite from "node:sqlite";
import workers from "node:worker_threads";

import { type Failpoint, FAILPOINT_VARIABLE, LAST_WORDS } from "./failpoint-names.ts";

const STDERR = 2;
/** First byte of a WebSocket frame: a whole text message, a close frame. */
const TEXT_FRAME = 0x81;
const CLOSE_FRAME = 0x88;

const [wanted = "", count = "1"] = (process.env[FAILPOINT_VARIABLE] ?? "").split(":");
let left = Number(count);

/** The server comes by here. */
function reach(failpoint: Failpoint): void {
  if (comes(failpoint)) die();
}

function comes(failpoint: Failpoint): boolean {
  if (failpoint !== wanted || left === 0) return false;
  left -= 1;
  return left === 0;
}

function die(): never {
  writeSync(STDERR, `${LAST_WORDS}${wanted}\n`);
  process.kill(process.pid, "SIGKILL");
  // The signal may take another thread first; nothing of this one may go on.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("still alive");
}

type Call = (...args: unknown[]) => unknown;

/** @param around is called instead of the method, with the way to it, the object and the arguments. */
function wrap(
  target: object,
  method: string,
  around: (go: Call, self: object, args: unknown[]) => unknown,
): void {
  const original = Reflect.get(target, method) as Call;
  Reflect.set(target, method, function (this: object, ...args: unknown[]) {
    return around((...words) => Reflect.apply(original, this, words), this, args);
  });
}

function watchSql(): void {
  const sqlOf = new WeakMap<object, string>();
  let inserted = 0;

  wrap(sqlite.DatabaseSync.prototype, "prepare", (go, _, args) => {
    const statement = go(...args) as object;
    sqlOf.set(statement, String(args[0]).trim());
    return statement;
  });

  wrap(sqlite.StatementSync.prototype, "run", (go, statement, args) => {
    const sql = sqlOf.get(statement) ?? "";
    if (sql.startsWith("INSERT INTO dedupe")) reach("before-insert");
    if (sql.startsWith("INSERT OR REPLACE INTO last_run")) reach("in-boot");
    if (sql === "COMMIT" && inserted > 0) reach("after-insert");
    const result = go(...args);
    if (sql.startsWith("INSERT INTO events")) inserted += 1;
    if (sql.startsWith("DELETE FROM events")) reach("in-trim");
    if (sql === "COMMIT") {
      const events = inserted;
      inserted = 0;
      if (events > 0) reach("after-commit");
    }
    return result;
  });

  wrap(sqlite.StatementSync.prototype, "get", (go, statement, args) => {
    const isBootCheckpoint = sqlOf.get(statement)?.startsWith("PRAGMA wal_checkpoint") === true;
    if (isBootCheckpoint) reach("in-boot");
    const result = go(...args);
    if (isBootCheckpoint) reach("in-boot");
    return result;
  });

  wrap(sqlite.DatabaseSync.prototype, "exec", (go, _, args) => {
    const sql = String(args[0]);
    if (sql.startsWith("UPDATE last_run SET clean")) reach("in-drain");
    // Inside SQLite there is no place to stand, so another thread kills while it is at it.
    const dying = sql.startsWith("PRAGMA wal_checkpoint") && comes("in-checkpoint");
    if (dying) workers.parentPort?.postMessage(LAST_WORDS);
    const result = go(...args);
    if (dying) die();
    return result;
  });
}

function watchSockets(): void {
  let fannedOut = 0;
  wrap(net.Socket.prototype, "write", (go, _, args) => {
    const [chunk] = args;
    if (chunk instanceof Uint8Array && chunk[0] === CLOSE_FRAME) reach("in-drain");
    return go(...args);
  });
  // What goes to members passes the stream by.
  const { binding } = process as unknown as { binding: (name: string) => { TCP: { prototype: object } } };
  wrap(binding("tcp_wrap").TCP.prototype, "writeBuffer", (go, _, args) => {
    const [request, chunk] = args;
    if (!(chunk instanceof Uint8Array) || chunk[0] !== TEXT_FRAME) return go(...args);
    const frames = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (frames.includes('"type":"ack"')) reach("before-ack");
    if (frames.includes('"type":"event"')) {
      reach("before-fan-out");
      if (comes("torn-frame")) {
        go(request, frames.subarray(0, frames.length >> 1));
        die();
      }
      if (fannedOut > 0) reach("mid-fan-out");
      // One room's fan-out is one turn's work.
      if (fannedOut === 0) setImmediate(() => (fannedOut = 0));
      fannedOut += 1;
    }
    return go(...args);
  });
}

/** The writer thread is started without flags and environment: it gets these, and nothing else. */
function watchWorkers(): void {
  workers.Worker = class extends workers.Worker {
    constructor(file: string | URL, options: workers.WorkerOptions = {}) {
      super(file, {
        ...options,
        execArgv: ["--import", import.meta.url],
        env: { [FAILPOINT_VARIABLE]: process.env[FAILPOINT_VARIABLE] },
      });
    }

    override emit(name: string | symbol, ...args: unknown[]): boolean {
      if (name === "message" && args[0] === LAST_WORDS) die();
      return super.emit(name as "message", ...(args as [unknown]));
    }
  };
  syncBuiltinESMExports();
}

if (wanted !== "") {
  watchSql();
  if (workers.isMainThread) {
    watchSockets();
    watchWorkers();
  }
}
