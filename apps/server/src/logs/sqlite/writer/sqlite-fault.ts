/** Owns what an error of SQLite means for what was asked: the store's fault, or that of one write alone. */
import type { Failure } from "./writer-messages.ts";

/** Result codes, https://www.sqlite.org/rescode.html. */
export const RESULT = {
  error: 1,
  busy: 5,
  locked: 6,
  permission: 3,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  misuse: 21,
  notADatabase: 26,
  flush: 1034,
  folderFlush: 1290,
} as const;

/** After one of these nobody knows which pages the disk has: the kernel may have dropped what it could not write. */
const FLUSH_FAILURES: ReadonlySet<number> = new Set([RESULT.flush, RESULT.folderFlush]);
/** Wrong SQL, or statements in an impossible order. */
const BUGS: ReadonlySet<number> = new Set([RESULT.error, RESULT.misuse]);
const OWN_RESULTS: ReadonlySet<number> = new Set([RESULT.tooBig, RESULT.constraint, RESULT.mismatch]);
/** What node:sqlite throws by itself for a value that it cannot bind. */
const OWN_CODES: ReadonlySet<unknown> = new Set(["ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE"]);

/** The result code of an error, extended where SQLite tells it so; undefined for an error of another kind. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

/** The lower byte of a result code tells its family. */
export const familyOf = (code: number): number => code & 0xff;

export type Fault =
  /** The process must end. */
  | { readonly kind: "flush" }
  /** The whole group failed and was rolled back. */
  | { readonly kind: "store"; readonly failure: Failure }
  /** One write cannot be stored, whatever the state of the store; others can. */
  | { readonly kind: "own" };

/** What is written beside SQLite is flushed by node:fs. */
const isFlushOfOurs = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && error.syscall === "fsync";

/** @throws the error itself where it is a bug: not one of SQLite, or one of how it was used. */
export function faultOf(error: unknown): Fault {
  const code = resultCode(error);
  if (code === undefined) {
    if (isFlushOfOurs(error)) return { kind: "flush" };
    if (error instanceof Error && "code" in error && OWN_CODES.has(error.code)) return { kind: "own" };
    throw error;
  }
  if (FLUSH_FAILURES.has(code)) return { kind: "flush" };
  const family = familyOf(code);
  if (BUGS.has(family)) throw error;
  if (OWN_RESULTS.has(family)) return { kind: "own" };
  return { kind: "store", failure: family === RESULT.full ? "storage_full" : "storage_unavailable" };
}
