/** Owns how a folder is flushed. */
import { closeSync, constants, fsyncSync, openSync } from "node:fs";

/** A name in it survives a power cut from now on. */
export function flushFolder(folder: string): void {
  // Windows has no handle on a folder that could be flushed.
  if (process.platform === "win32") return;
  const handle = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
