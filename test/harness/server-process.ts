/** Owns a server as an operator runs it: the built main.js in a process of its own, which can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { freePort } from "./ports.ts";
import { until } from "./until.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));

export interface LogLine {
  readonly [field: string]: unknown;
}

export class ServerProcess {
  readonly port: number;
  readonly dataDir: string;
  readonly #env: Record<string, string>;
  readonly #main: string;
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(port: number, dataDir: string, env: Record<string, string>, main: string) {
    this.port = port;
    this.dataDir = dataDir;
    this.#env = env;
    this.#main = main;
  }

  /**
   * On a port and an empty data folder of its own.
   * @param main the program. Default: the one that was built here.
   */
  static async start(env: Record<string, string> = {}, main = MAIN): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), mkdtempSync(join(tmpdir(), "roomcast-")), env, main);
    await server.boot();
    return server;
  }

  get http(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get ws(): string {
    return `ws://127.0.0.1:${this.port}/v1/ws`;
  }

  get pid(): number {
    const { pid } = this.#child ?? {};
    if (pid === undefined) throw new Error("the server does not run");
    return pid;
  }

  /** All that it has said so far. */
  get output(): string {
    return this.#output;
  }

  /** Its log, one object a line. */
  get log(): LogLine[] {
    return this.#output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Starts it, on the same port and data as before. Resolves when it is ready. */
  async boot(): Promise<void> {
    const { PATH = "", HOME = "" } = process.env;
    const settings = { PORT: String(this.port), HOST: "127.0.0.1", ROOMCAST_DATA_DIR: this.dataDir };
    const child = spawn(process.execPath, [this.#main], { env: { PATH, HOME, ...settings, ...this.#env } });
    this.#child = child;
    const listen = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    await until("the server is ready", async () => {
      if (child.exitCode !== null)
        throw new Error(`the server exited with ${child.exitCode}: ${this.#output}`);
      return fetch(`${this.http}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      );
    });
  }

  /** Tells it something, and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** SIGTERM. @returns the exit code. */
  async stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  /** Ends it however it stands, and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || exitedAlready(child)) return child?.exitCode ?? null;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  }
}

const exitedAlready = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;
