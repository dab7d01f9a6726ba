/** Owns how a bug gets into the sources of one thread: they are changed on their way from the disk, and nowhere else. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

import type { Change } from "./bugs.ts";

const ROOT = new URL("../../", import.meta.url);

/** To be called before what is changed is imported. */
export function plant(changes: readonly Change[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const here = changes.filter(({ file }) => new URL(file, ROOT).href === url);
      if (here.length === 0) return loaded;
      return { ...loaded, source: here.reduce(changed, readFileSync(fileURLToPath(url), "utf8")) };
    },
  });
}

/** @throws when the place is not there, or not alone: the bug must be written anew. */
function changed(source: string, { file, find, replace }: Change): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not hold exactly once: ${find}`);
  return `${before}${replace}${after}`;
}
