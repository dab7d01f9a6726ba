/** Owns the built server as a process that is meant to die: by its own hand at a failpoint, by SIGKILL, or by SIGTERM. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { freePort } from "../harness/ports.ts";
import { type Failpoint, FAILPOINT_VARIABLE, LAST_WORDS } from "./failpoint-names.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));
const PRELOAD = new URL("failpoints.ts", import.meta.url).href;
const READY_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 4;
/** Of a server's output; the end is what tells why it died. */
const KEPT_OUTPUT = 20_000;

export interface Trap {
  readonly failpoint: Failpoint;
  /** It dies at the n-th time that it comes there. */
  readonly at: number;
}

export class MortalServer {
  readonly port: number;
  readonly dataDir = mkdtempSync(join(tmpdir(), "roomcast-chaos-"));
  readonly #env: Record<string, string>;
  readonly #under: readonly string[];
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(port: number, env: Record<string, string>, under: readonly string[]) {
    this.port = port;
    this.#env = env;
    this.#under = under;
  }

  /**
   * Not started yet; its port and its data folder stay the same for all its lives.
   * @param under a program and its arguments that run the server within themselves.
   */
  static async make(env: Record<string, string>, under: readonly string[] = []): Promise<MortalServer> {
    return new MortalServer(await freePort(), env, under);
  }

  get http(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get ws(): string {
    return `ws://127.0.0.1:${this.port}/v1/ws`;
  }

  get alive(): boolean {
    const child = this.#child;
    return child?.exitCode === null && child.signalCode === null;
  }

  get output(): string {
    return this.#output;
  }

  /** Its log, one object a line; of a long one the end. */
  get log(): Record<string, unknown>[] {
    const lines = this.#output.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Where it killed itself in this life, if it did. */
  get diedAt(): string | undefined {
    const [, words] = this.#output.split(LAST_WORDS);
    return words?.split("\n", 1)[0];
  }

  /** @returns ms from its start to its readiness; undefined when it died before. */
  async boot(trap?: Trap): Promise<number | undefined> {
    const { PATH = "", HOME = "" } = process.env;
    const settings = { PORT: String(this.port), HOST: "127.0.0.1", ROOMCAST_DATA_DIR: this.dataDir };
    const failpoint = trap && { [FAILPOINT_VARIABLE]: `${trap.failpoint}:${trap.at}` };
    const preload = trap === undefined ? [] : ["--import", PRELOAD];
    const [program, ...words] = [...this.#under, process.execPath, ...preload, MAIN];
    const startedAt = performance.now();
    this.#output = "";
    const child = spawn(program, words, {
      env: { PATH, HOME, ...settings, ...this.#env, ...failpoint },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on(
        "data",
        (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-KEPT_OUTPUT)),
      );
    while (this.alive) {
      if (await this.#isReady()) return performance.now() - startedAt;
      if (performance.now() - startedAt > READY_WITHIN_MS)
        throw new Error(`the server was not ready within ${READY_WITHIN_MS} ms: ${this.#output}`);
      await sleep(ASK_EVERY_MS);
    }
    await this.ended();
    if (child.signalCode !== "SIGKILL")
      throw new Error(
        `the server ended by itself with ${child.exitCode ?? child.signalCode}: ${this.#output}`,
      );
    return undefined;
  }

  signal(signal: "SIGKILL" | "SIGTERM"): void {
    if (this.alive) this.#child?.kill(signal);
  }

  /** Resolves when it is gone, and all that it said has been read. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.stdout?.closed === true) return;
    await once(child, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.ended();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.http}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}
