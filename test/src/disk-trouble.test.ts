/**
 * Disks that fail under the real server: whatever it is, no ack is given that is not kept, the publisher is told what to do, and the
 * next start says what it found. Faults come from the kernel, as far as the server can tell; one disk is really full.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { MortalServer } from "../chaos/mortal-server.ts";
import { BareClient } from "../harness/bare-client.ts";
import { until } from "../harness/until.ts";

const ROOM = "disk";

/** The words that make the kernel fail some calls of a server, counted per thread: the store's alone makes these. */
function failing(call: "pwrite64" | "fsync", error: string, when: string): string[] {
  const strace = process.env["ROOMCAST_STRACE"];
  if (strace === undefined)
    throw new Error(
      "ROOMCAST_STRACE names no strace: run the tests by `pnpm test`, which finds or installs one",
    );
  const inject = `inject=${call}:error=${error}:when=${when}`;
  return [strace, "-D", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
}

/** One publisher who repeats until it is acked, over the deaths of the server, and a member who is there all the time. */
class Persistence {
  readonly acked: { id: string; offset: number }[] = [];
  readonly refusals = new Set<string>();
  readonly fatal = new Set<string>();
  readonly found = new Set<string>();
  deaths = 0;
  readonly #server: MortalServer;
  #client: BareClient | undefined;

  constructor(server: MortalServer) {
    this.#server = server;
  }

  /** @returns how often it was refused before. */
  async publish(id: string, text = "x"): Promise<number> {
    for (let attempt = 0; ; attempt += 1) {
      const client = (this.#client ??= await this.#join());
      client.say({ type: "publish", id, room: ROOM, event: "message", data: { text } });
      let outcome: string | undefined;
      const seen = client.messages.length;
      await until(`${id} is answered`, () => {
        const answer = client.messages
          .slice(seen)
          .find((message) => (message.type === "ack" || message.type === "error") && message.id === id);
        if (answer?.type === "ack") {
          this.acked.push({ id, offset: answer.position?.offset ?? 0 });
          outcome = "acked";
        } else if (answer?.type === "error") {
          expect(answer.retry).toBe("same_id");
          outcome = answer.code;
        } else if (client.ended !== undefined) {
          outcome = "ended";
        }
        return outcome !== undefined;
      });
      if (outcome === "acked") return attempt;
      if (outcome !== "ended" && outcome !== undefined) this.refusals.add(outcome);
      if (!this.#server.alive || outcome === "ended") await this.#reboot();
      if (attempt > 500) throw new Error(`${id} was refused for ever: ${[...this.refusals].join()}`);
    }
  }

  /** @returns what a disk without room refuses at last, and how. */
  async publishUntilRefused(text: string): Promise<{ id: string; code: string }> {
    const client = (this.#client ??= await this.#join());
    for (let count = 1; count <= 5_000; count += 1) {
      const id = `fill-${count}`;
      client.say({ type: "publish", id, room: ROOM, event: "message", data: { text } });
      await until("it is answered", () => {
        const last = client.messages.at(-1);
        return last?.type === "error" || (last?.type === "ack" && last.id === id);
      });
      const last = client.messages.at(-1);
      if (last?.type === "error") return { id, code: last.code };
      if (last?.type === "ack") this.acked.push({ id, offset: last.position?.offset ?? 0 });
    }
    throw new Error("the disk took everything");
  }

  /** Everything acked is there, once, at the place that was told. */
  async check(): Promise<void> {
    const kept: { id: string; offset: number }[] = [];
    for (let more = true; more;) {
      const after = kept.at(-1)?.offset ?? 0;
      const answer = await fetch(`${this.#server.http}/v1/rooms/${ROOM}/events?after=${after}&limit=300`);
      const page = (await answer.json()) as { events: { id: string; offset: number }[]; more: boolean };
      kept.push(...page.events.map(({ id, offset }) => ({ id, offset })));
      more = page.more;
    }
    expect(kept).toEqual(this.acked);
  }

  async end(): Promise<void> {
    await this.#client?.close();
  }

  async #join(): Promise<BareClient> {
    return BareClient.join(this.#server.ws, { join: [{ room: ROOM, history: 0 }] });
  }

  async #reboot(): Promise<void> {
    await this.#server.ended();
    this.deaths += 1;
    const messages = (level: number): string[] =>
      this.#server.log.filter((line) => line["level"] === level).map(({ msg }) => String(msg));
    for (const message of messages(60)) this.fatal.add(message);
    this.#client = undefined;
    await this.#server.boot();
    for (const message of messages(40)) this.found.add(message);
  }
}

// strace is of Linux alone.
describe.runIf(process.platform === "linux")("a disk in trouble", () => {
  it.each([
    { trouble: "is full for a while", call: "pwrite64", error: "ENOSPC", code: "storage_full" },
    {
      trouble: "became read-only for a while",
      call: "pwrite64",
      error: "EROFS",
      code: "storage_unavailable",
    },
    { trouble: "cannot be written for a while", call: "pwrite64", error: "EIO", code: "storage_unavailable" },
  ] as const)("T28 L-FULL L-FAULT: $trouble", async ({ call, error, code }) => {
    await using server = await MortalServer.make({}, failing(call, error, "200..230"));
    await server.boot();
    const persistence = new Persistence(server);
    let refused = 0;
    for (let count = 1; count <= 80; count += 1) refused += await persistence.publish(`m-${count}`);
    expect(refused).toBeGreaterThan(0);
    expect([...persistence.refusals]).toEqual([code]);
    expect(persistence.deaths).toBe(0);
    await persistence.check();
    server.signal("SIGKILL");
    await server.ended();
    await server.boot();
    await persistence.check();
    expect(server.log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining("was not closed"));
    await persistence.end();
  });

  it("T28 L-FATAL: a flush that fails ends the server with a sentence, and what it had acked is there", async () => {
    await using server = await MortalServer.make({}, failing("fsync", "EIO", "30"));
    await server.boot();
    const persistence = new Persistence(server);
    for (let count = 1; count <= 60; count += 1) await persistence.publish(`m-${count}`);
    expect(persistence.deaths).toBeGreaterThanOrEqual(2);
    expect([...persistence.fatal]).toEqual([expect.stringContaining("did not take a flush")]);
    expect([...persistence.found]).toContainEqual(expect.stringContaining("was not closed"));
    await persistence.check();
    await persistence.end();
  });

  // Who may not mount a disk has the cases above.
  it.runIf(process.getuid?.() === 0)(
    "T28 L-FULL H-ADMIN-BACKUP: a disk that is really full refuses, can still be read, and goes on when there is room again",
    async () => {
      using disk = new SmallDisk();
      await using server = await MortalServer.make({ ROOMCAST_DATA_DIR: join(disk.folder, "data") });
      await server.boot();
      const persistence = new Persistence(server);
      const { id, code } = await persistence.publishUntilRefused("y".repeat(3_900));
      expect(code).toBe("storage_full");
      await persistence.check();
      disk.makeRoom();
      await persistence.publish(id);
      // It has room, but not as much as a backup might take from it.
      const backup = await fetch(`${server.http}/v1/admin/backup`);
      expect(await backup.json()).toMatchObject({ error: { code: "storage_full" } });
      for (let count = 1; count <= 50; count += 1) await persistence.publish(`more-${count}`);
      await persistence.check();
      server.signal("SIGKILL");
      await server.ended();
      await server.boot();
      await persistence.check();
      await persistence.end();
    },
  );

  it.runIf(process.getuid?.() === 0)(
    "T28 L-OPEN: on a disk without room a start is refused in a sentence",
    async () => {
      using disk = new SmallDisk();
      disk.fill();
      await using server = await MortalServer.make({ ROOMCAST_DATA_DIR: join(disk.folder, "data") });
      await expect(server.boot()).rejects.toThrow(/no space left|ENOSPC/);
    },
  );
});

/** A disk of 8 MiB in memory, half of it taken by something else that can be deleted. */
class SmallDisk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "roomcast-disk-"));

  constructor() {
    const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", this.folder]);
    if (status !== 0) throw new Error(`no disk can be mounted: ${String(stderr)}`);
    writeFileSync(join(this.folder, "ballast"), Buffer.alloc(4 * 1024 * 1024));
  }

  makeRoom(): void {
    rmSync(join(this.folder, "ballast"));
  }

  fill(): void {
    // A page at a time, so that not one is left.
    for (let file = 0; ; file += 1) {
      try {
        writeFileSync(join(this.folder, `filler-${file}`), Buffer.alloc(16 * 1024));
      } catch {
        return;
      }
    }
  }

  [Symbol.dispose](): void {
    spawnSync("umount", ["-l", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
