/**
 * Owns where Bun is. Its package is a hundred megabytes that nothing but this bench wants, so it is no dependency: npm
 * brings it when the first run asks for it, and keeps it.
 */
import { spawnSync } from "node:child_process";

const VERSION = "1.4.5";

let found: string | undefined | null = null;

/** undefined: it cannot be had here. */
export function bunProgram(): string | undefined {
  if (found !== null) return found;
  const words = ["exec", "--yes", `--package=bun@${VERSION}`, "--", "bun", "-p", "process.execPath"];
  const { status, stdout } = spawnSync("npm", words, { encoding: "utf8" });
  found = status === 0 ? stdout.trim() : undefined;
  return found;
}
