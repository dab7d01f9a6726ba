/** Owns the code of a page under docs/, so that what a reader copies is what a test runs. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT } from "./program.ts";

export interface Block {
  readonly language: string;
  /** The file that the line before it names. */
  readonly file: string | undefined;
  readonly text: string;
}

const BLOCK = /(?:`([\w./-]+\.\w+)`[^\n`]*:\n\n)?```(\w+)\n(.*?)```/gs;

export const blocksOf = (page: string): Block[] =>
  [...readFileSync(join(ROOT, "docs", page), "utf8").matchAll(BLOCK)].map(
    ([, file, language = "", text = ""]) => ({ language, file, text }),
  );

/** The one block that holds such a text. */
export function blockWith(page: string, text: string): string {
  const [found, another] = blocksOf(page).filter((block) => block.text.includes(text));
  if (found === undefined || another !== undefined) throw new Error(`${page}: not one block with ${text}`);
  return found.text;
}

/** The file that a reader of the page makes. */
export function fileOf(page: string, file: string): string {
  const [found, another] = blocksOf(page).filter((block) => block.file === file);
  if (found === undefined || another !== undefined) throw new Error(`${page}: not one block for ${file}`);
  return found.text;
}

/** A folder as a reader of the page would have it, with the packages installed. */
export class Workshop implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "roomcast-docs-"));

  constructor() {
    symlinkSync(join(ROOT, "test/node_modules"), join(this.folder, "node_modules"));
    this.write("package.json", '{ "type": "module" }\n');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
