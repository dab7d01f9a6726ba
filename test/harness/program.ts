/** Owns a program as its user meets it: a child process with lines in and lines out. */
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { until } from "./until.ts";

/** Of the repository: where commands are run, and what paths are seen from. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FROM_SOURCE = "--conditions=@roomcast/source";

export class Program implements AsyncDisposable {
  /** All lines that it has printed. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #complaints = "";

  constructor(command: string, words: readonly string[], options: SpawnOptions = {}) {
    const child = spawn(command, words, { cwd: ROOT, ...options, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    this.#ended = once(child, "close");
    // Whoever has ended reads no more, and that is told by `ended`.
    child.stdin.on("error", () => {});
    createInterface(child.stdout).on("line", (line) => this.lines.push(line));
    child.stderr.on("data", (chunk: Buffer) => {
      this.#complaints += chunk.toString();
    });
  }

  /** A TypeScript program of this repository, seen from its root. */
  static node(file: string, ...words: readonly string[]): Program {
    return new Program(process.execPath, [FROM_SOURCE, file, ...words]);
  }

  get complaints(): string {
    return this.#complaints;
  }

  type(...lines: readonly string[]): void {
    this.#child.stdin?.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Waits until it has printed such a line. */
  async prints(line: string | RegExp): Promise<void> {
    const fits = (printed: string): boolean =>
      typeof line === "string" ? printed === line : line.test(printed);
    await until(`it prints ${String(line)}; so far: ${this.lines.join("\n")}\n${this.#complaints}`, () => {
      if (this.#child.exitCode !== null && this.#child.exitCode !== 0) throw new Error(this.#complaints);
      return this.lines.some(fits);
    });
  }

  /** Without a warning. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** @returns the exit code. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }
}
