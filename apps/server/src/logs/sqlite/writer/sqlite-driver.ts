/** Owns the loading of node:sqlite. Must not know what is stored. */
import { isBuiltin } from "node:module";
import type { DatabaseSync } from "node:sqlite";

/** Why there is none, for whoever runs this. An older Node is not kept from installing this, nor from running it. */
export const whyNoDriver = (): string | undefined =>
  isBuiltin("node:sqlite")
    ? undefined
    : `Node.js ${process.version} has no SQLite that can be used: run this with 22.13 or newer.`;

/** Opens or makes the database in `file`. Throws as node:sqlite does. */
export function openFile(file: string): DatabaseSync {
  return new (loadDriver().DatabaseSync)(file);
}

/** Whether this Node can copy a database that is in use: from 22.16 on. */
export const canBackUp = (): boolean => "backup" in loadDriver();

/**
 * @param file is written over.
 * @param onStep comes after each step of so many pages; the copy ends when it throws. Rejects with that, or as node:sqlite does.
 */
export async function backUp(
  database: DatabaseSync,
  file: string,
  pages: number,
  onStep: () => void,
): Promise<void> {
  await loadDriver().backup(database, file, { rate: pages, progress: onStep });
}

/** Older Nodes warn of this module on every start: that one line is left out, any other warning is not. */
function loadDriver(): typeof import("node:sqlite") {
  const emitWarning = process.emitWarning.bind(process);
  const emitOthers = (warning: string | Error, ...rest: unknown[]): void => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) {
      Reflect.apply(emitWarning, undefined, [warning, ...rest]);
    }
  };
  process.emitWarning = emitOthers;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
