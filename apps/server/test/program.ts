/** Owns the program in a process of its own, started from its source: what it says, what it leaves, how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "vitest";

const MAIN = join(import.meta.dirname, "../src/main.ts");
/** A folder of the test file's own. */
export const scratch = mkdtempSync(join(tmpdir(), "roomcast-main-"));
let folders = 0;

const programs: Program[] = [];
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.kill()));
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

export class Program {
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  said = "";
  stderr = "";
  #heard: () => void = () => {};

  constructor(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
    this.dataDir = env["ROOMCAST_DATA_DIR"] ?? join(scratch, `data-${(folders += 1)}`);
    const { PATH = "", HOME = "" } = process.env;
    const settings = { PORT: "0", HOST: "127.0.0.1", ROOMCAST_DATA_DIR: this.dataDir, ...env };
    this.#child = spawn(process.execPath, ["--conditions=@roomcast/source", MAIN, ...args], {
      env: { PATH, HOME, ...settings },
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.said += chunk.toString();
      this.#heard();
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#exited = once(this.#child, "close").then(() => {
      this.#heard();
    });
    programs.push(this);
  }

  get code(): number | null {
    return this.#child.exitCode;
  }

  get log(): Record<string, unknown>[] {
    return this.said
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Resolves when it has logged that it listens. @returns its URL. */
  async listening(): Promise<string> {
    const line = await this.logged("listening");
    return String(line["url"]);
  }

  async logged(msg: string): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.log.find((each) => each["msg"] === msg);
      if (line !== undefined) return line;
      if (this.code !== null) throw new Error(`it has ended: ${this.said}${this.stderr}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  async ended(): Promise<number | null> {
    await this.#exited;
    return this.code;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
