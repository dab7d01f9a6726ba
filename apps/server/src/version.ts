/** Owns which Roomcast this is, as its package says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const { version: VERSION } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../package.json"), "utf8"),
) as { version: string };
