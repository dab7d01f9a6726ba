/** Owns what happened in a run, line by line, and the one number that stands for all of it. */
import { createHash } from "node:crypto";

export class Trace {
  readonly #nowMs: () => number;
  readonly lines: string[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(line: string): void {
    this.lines.push(`${this.#nowMs()} ${line}`);
  }

  get hash(): string {
    return createHash("sha256").update(this.lines.join("\n")).digest("hex");
  }
}
