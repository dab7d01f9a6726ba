/** What a developer meets: one command brings both apps up, and nothing of it is left when it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { freePort } from "../harness/ports.ts";
import { until } from "../harness/until.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `pnpm dev` with ports and data of its own. All its processes are known by a mark in their environment. */
class Development {
  readonly child: ChildProcess;
  said = "";
  readonly #mark = crypto.randomUUID();
  readonly #dataDir = mkdtempSync(join(tmpdir(), "roomcast-dev-"));

  constructor(settings: Record<string, string>) {
    this.child = spawn("pnpm", ["run", "dev"], {
      cwd: ROOT,
      // A group of its own, as a terminal gives it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ROOMCAST_DATA_DIR: this.#dataDir, ...settings, ROOMCAST_TEST_MARK: this.#mark },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.said += chunk.toString()));
    }
  }

  /** Resolves with what it has said when the banner is there. */
  static async up(settings: Record<string, string>): Promise<Development> {
    const development = new Development(settings);
    await until("the banner is printed", () => {
      if (development.child.exitCode !== null) throw new Error(`dev has ended: ${development.said}`);
      return development.said.includes("Roomcast is up");
    });
    return development;
  }

  get processes(): { pid: number; command: string }[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => read(`/proc/${pid}/environ`).split("\0").includes(`ROOMCAST_TEST_MARK=${this.#mark}`))
      .map((pid) => ({
        pid: Number(pid),
        command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim(),
      }));
  }

  /** The process of scripts/dev.ts itself, below pnpm. */
  get script(): number {
    const script = this.processes.find(({ command }) => /^\S*node scripts\/dev\.ts$/.test(command));
    if (script === undefined) throw new Error("nothing runs scripts/dev.ts");
    return script.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.processes) process.kill(pid, "SIGKILL");
    await until("its processes are gone", () => this.processes.length === 0);
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

/** Empty when there is no such file any more: a process may end at any time. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

async function freePorts(): Promise<{ PORT: string; WEB_PORT: string }> {
  return { PORT: String(await freePort()), WEB_PORT: String(await freePort()) };
}

describe("pnpm dev", () => {
  it("answers at the two addresses that its last lines name; Ctrl-C ends it with 0 and leaves no process", async () => {
    const { PORT, WEB_PORT } = await freePorts();
    await using development = await Development.up({ PORT, WEB_PORT });
    const [server = "", web = ""] = development.said.trimEnd().split("\n").slice(-2);
    expect(server).toMatch(new RegExp(`server +http://127\\.0\\.0\\.1:${PORT}$`));
    expect(web).toMatch(new RegExp(`web app +http://127\\.0\\.0\\.1:${WEB_PORT}$`));
    expect((await fetch(`http://127.0.0.1:${PORT}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${WEB_PORT}/`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${WEB_PORT}/v1/rooms`)).status).toBe(200);
    // The operators' API is at home here too, and the prices of the ticker come in.
    expect((await fetch(`http://127.0.0.1:${WEB_PORT}/v1/admin/overview`)).status).toBe(200);
    await until("a price comes in", async () => {
      const room = await fetch(`http://127.0.0.1:${WEB_PORT}/v1/rooms/ticker/events?limit=1`);
      return (await room.text()).includes('"symbol"');
    });

    const exited = once(development.child, "exit");
    process.kill(development.script, "SIGINT");
    expect(await exited).toEqual([0, null]);
    expect(development.processes).toEqual([]);
  });

  it("a server that is killed comes back by itself", async () => {
    const { PORT, WEB_PORT } = await freePorts();
    await using development = await Development.up({ PORT, WEB_PORT });
    const servers = (): number[] =>
      development.processes
        .filter(({ command }) => command.endsWith(" src/main.ts") && !command.includes("--watch"))
        .map(({ pid }) => pid);
    const [first] = servers();
    process.kill(first!, "SIGKILL");
    await until(
      () => `another one answers: ${development.said}`,
      async () => {
        if (servers().every((pid) => pid === first)) return false;
        return fetch(`http://127.0.0.1:${PORT}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
    );
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s to its whole group leaves no process",
    async (signal) => {
      await using development = await Development.up(await freePorts());
      process.kill(-(development.child.pid ?? 0), signal);
      await until("all its processes have ended", () => development.processes.length === 0);
    },
  );

  it("ends with the package manager that runs it, also when that is killed", async () => {
    await using development = await Development.up(await freePorts());
    development.child.kill("SIGKILL");
    await until("all its processes have ended", () => development.processes.length === 0);
  });

  it.each(["PORT", "WEB_PORT"])("says in a sentence that %s is in use", async (name) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    await using development = new Development({ ...(await freePorts()), [name]: String(port) });
    const [code] = (await once(development.child, "close")) as [number | null];
    taken.close();
    expect(code).toBeGreaterThan(0);
    const sentences = development.said.split("\n").filter((line) => line.includes(String(port)));
    expect(sentences).toEqual([expect.stringContaining(`set ${name} to another`)]);
  });

  it("says that the server did not start, below the server's own reason", async () => {
    await using development = new Development({ ...(await freePorts()), ROOMCAST_STORE: "floppy" });
    const [code] = (await once(development.child, "close")) as [number | null];
    expect(code).toBeGreaterThan(0);
    expect(development.said).toContain("ROOMCAST_STORE");
    expect(development.said).toContain("The server did not start");
    expect(development.processes).toEqual([]);
  });
});
