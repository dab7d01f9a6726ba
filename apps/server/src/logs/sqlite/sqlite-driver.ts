/** Owns the loading of node:sqlite. Must not know what is stored. */
import type { DatabaseSync } from "node:sqlite";

/** Opens or makes the database in `file`. Throws as node:sqlite does. */
export function openFile(file: string): DatabaseSync {
  return new (loadDriver().DatabaseSync)(file);
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
