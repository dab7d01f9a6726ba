/** Owns `roomcast restore`: a backup that was looked through, in a data folder that has no store. */
import { err, ok } from "@roomcast/protocol";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname } from "node:path";

import { checkStore } from "../logs/sqlite/check-store.ts";
import { storeFile } from "../logs/sqlite/data-folder.ts";
import { flushFolder } from "../logs/sqlite/writer/flush-folder.ts";
import { makeFolder } from "../make-folder.ts";
import { type Command, fileAndSettings } from "./commands.ts";

const HELP = `Usage: roomcast restore FILE [--data-dir ./data]

Puts a backup into a data folder that has no store, once it was looked through. ROOMCAST_DATA_DIR says the same as the flag.
The server that is started on it next tells every client that it may lack what was said since.`;

export const restore: Command = (args) => Promise.resolve(restoreNow(args));

function restoreNow(args: readonly string[]): Awaited<ReturnType<Command>> {
  if (args.includes("--help")) return ok(HELP);
  const asked = fileAndSettings("restore", args);
  if (!asked.ok) return asked;
  const { file, settings } = asked.value;
  const store = storeFile(settings.dataDir);
  // A log of another store would be taken for the backup's own.
  const there = [store, `${store}-wal`].find((each) => existsSync(each));
  if (there !== undefined)
    return err([
      `${there} is there: stop its server, move the folder away, and restore again; nothing is written over.`,
    ]);
  const fresh = `${store}-restored`;
  try {
    makeFolder(dirname(store));
    copyFileSync(file, fresh, constants.COPYFILE_FICLONE);
    chmodSync(fresh, 0o600);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return err([`${file} cannot be copied into ${dirname(store)} (${String(error.code)}).`]);
  }
  const found = checkStore(fresh);
  if (!found.ok) {
    rmSync(fresh);
    return err([`${found.error.replace(fresh, file)}.`]);
  }
  flushFile(fresh);
  renameSync(fresh, store);
  flushFolder(dirname(store));
  const { rooms, events } = found.value;
  return ok(
    `${store} has ${events} events of ${rooms} rooms. Every client will be told that something may be missing.`,
  );
}

function flushFile(file: string): void {
  const handle = openSync(file, "r+");
  fsyncSync(handle);
  closeSync(handle);
}
