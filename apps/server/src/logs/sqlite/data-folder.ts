/** Owns the folder and the empty file that the store lives in. Must not know what is inside. */
import { accessSync, closeSync, constants, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { err, ok, type Result } from "@roomcast/protocol";

import { makeFolder } from "../../make-folder.ts";
import { flushFolder } from "./writer/flush-folder.ts";

const FILE = "roomcast.db";

export const storeFile = (dataDir: string): string => join(resolve(dataDir), FILE);

/** Makes what is missing, readable by its owner alone. The value is the database file; the error is one sentence. */
export function prepareDataFolder(dataDir: string): Result<string, string> {
  const file = storeFile(dataDir);
  const folder = dirname(file);
  try {
    const firstMade = makeFolder(folder);
    const fileIsNew = makeFile(file);
    if (fileIsNew) flushFolder(folder);
    if (firstMade !== undefined) flushParents(folder, firstMade);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    accessSync(file, constants.R_OK | constants.W_OK);
    return ok(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return err(`the data folder ${folder} cannot be written (${code})`);
  }
}

/** Never opens a file that exists: closing it again would drop the locks that SQLite may hold on it in this process. */
function makeFile(file: string): boolean {
  try {
    closeSync(openSync(file, "wx", 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** A name survives a power cut once the folder that holds it was flushed. */
function flushParents(folder: string, firstMade: string): void {
  for (let made = folder; ; made = dirname(made)) {
    flushFolder(dirname(made));
    if (made === firstMade) return;
  }
}
