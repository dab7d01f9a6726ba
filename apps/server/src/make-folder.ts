/**
 * Owns making a folder, and those above it that are missing, for their owner alone. Node's own `recursive` tries for ever
 * where a file system says of a folder that is there that it is not, as /proc does.
 */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** @returns the topmost one that was not there. Throws as mkdir does. */
export function makeFolder(path: string): string | undefined {
  if (existsSync(path)) return undefined;
  const firstMade = makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another server may make the same one.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return firstMade ?? path;
}
