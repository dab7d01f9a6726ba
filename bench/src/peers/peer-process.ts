/** Owns one server of the bench as a process of its own: fresh, on a free port, with an empty data folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Peer } from "./peers.ts";
import { pinned, SERVER_CORE } from "./pinned.ts";

const START_LIMIT_MS = 10_000;
const POLL_MS = 20;
const PROBE = new URL("./pause-probe.ts", import.meta.url).href;

export class PeerProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #probed: boolean;

  private constructor(port: number, child: ChildProcess, dataDir: string, probed: boolean) {
    this.port = port;
    this.#child = child;
    this.#dataDir = dataDir;
    this.#probed = probed;
  }

  /** @param probe whether its pauses are measured. @returns undefined when this peer cannot be had here. */
  static async start(peer: Peer, probe: boolean): Promise<PeerProcess | undefined> {
    const port = await freePort();
    const dataDir = mkdtempSync(join(tmpdir(), "roomcast-bench-"));
    const command = peer.command(port, dataDir);
    if (command === undefined) return undefined;
    const probed = probe && command.program === process.execPath;
    const args = probed ? ["--import", PROBE, ...command.args] : command.args;
    const { program, args: words, env } = pinned(SERVER_CORE, { ...command, args });
    const child = spawn(program, words, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const started = new PeerProcess(port, child, dataDir, probed);
    await started.#answers(peer.name);
    return started;
  }

  get pids(): readonly number[] {
    return [this.#child.pid ?? 0];
  }

  beginPauses(): void {
    if (this.#probed) this.#child.send("begin");
  }

  /** The longest pause since then, where it is measured. */
  async pauses(): Promise<{ pauseMs?: number }> {
    if (!this.#probed) return {};
    this.#child.send("end");
    const [answer] = (await once(this.#child, "message")) as [{ pauseMs: number }];
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exited;
    }
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #answers(name: string): Promise<void> {
    const untilMs = performance.now() + START_LIMIT_MS;
    while (!(await takesConnections(this.port))) {
      if (performance.now() > untilMs || this.#child.exitCode !== null) {
        await this[Symbol.asyncDispose]();
        throw new Error(`${name} did not start`);
      }
      await sleep(POLL_MS);
    }
  }
}

function takesConnections(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.on("connect", () => {
    socket.destroy();
    resolve(true);
  });
  socket.on("error", () => {
    resolve(false);
  });
  return promise;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}
