/** A backup and its way back, as an operator types it: programs of their own, started from their source. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { Program, scratch } from "../../test/program.ts";

const TOKEN = "an-admin-token-of-some-length";

interface Said {
  readonly code: number | null;
  readonly said: string;
  readonly stderr: string;
}

async function type(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said> {
  const program = new Program(env, args);
  const code = await program.ended();
  return { code, said: program.said.trimEnd(), stderr: program.stderr.trimEnd() };
}

async function publish(url: string, text: string): Promise<{ epoch: string; offset: number }> {
  const answer = await fetch(`${url}/v1/rooms/general/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event: "message", data: { text } }),
  });
  return ((await answer.json()) as { position: { epoch: string; offset: number } }).position;
}

const portOf = (url: string): { PORT: string } => ({ PORT: new URL(url).port });

describe("roomcast backup", () => {
  it("W-16 H-ADMIN-BACKUP: of a server that runs, put back, has what was said until then and says so at its start", async () => {
    const first = new Program({ ROOMCAST_ADMIN_TOKEN: TOKEN });
    const url = await first.listening();
    const before = await publish(url, "before");
    const file = join(scratch, "round.db");
    const made = await type({ ...portOf(url), ROOMCAST_ADMIN_TOKEN: TOKEN }, "backup", file);
    expect(made).toEqual({ code: 0, said: `${file} is whole: 1 events of 1 rooms.`, stderr: "" });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await publish(url, "after");
    const audited = readFileSync(join(first.dataDir, "audit.jsonl"), "utf8");
    expect(JSON.parse(audited)).toMatchObject({ act: "backup", as: "operator", remote: "127.0.0.1" });
    await first.kill();

    const dataDir = join(scratch, "restored", "data");
    const restored = await type({ ROOMCAST_DATA_DIR: dataDir }, "restore", file);
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(dataDir)).toEqual(["roomcast.db"]);
    const second = new Program({ ROOMCAST_DATA_DIR: dataDir });
    const after = await publish(await second.listening(), "another");
    expect(second.said).toContain("a copy that was put back");
    // The number that "after" had, in another epoch.
    expect(after.offset).toBe(before.offset + 1);
    expect(after.epoch).not.toBe(before.epoch);
  });

  it("W-16: what prevents it is a sentence, and no file is left", async () => {
    const server = new Program({ ROOMCAST_ADMIN_TOKEN: TOKEN });
    const url = await server.listening();
    const file = join(scratch, "refused.db");
    expect(await type(portOf(url), "backup", file)).toEqual({
      ...{ code: 1, said: "" },
      stderr: `The server at ${url} makes no backup: the admin token is needed.`,
    });
    await server.kill();
    expect((await type(portOf(url), "backup", file)).stderr).toBe(
      `No server answers at ${url}: start it, or copy the data folder of one that is stopped.`,
    );
    const taken = join(scratch, "taken.db");
    writeFileSync(taken, "mine");
    expect((await type(portOf(url), "backup", taken)).stderr).toContain("is there already");
    expect(readFileSync(taken, "utf8")).toBe("mine");
    expect((await type({}, "backup")).stderr).toContain("needs the name of a file");
    expect((await type({ NODE_OPTIONS: "--no-experimental-sqlite" }, "backup", file)).stderr).toContain(
      "22.13 or newer",
    );
    expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false);
  });

  it("W-16: a store in memory has none", async () => {
    const server = new Program({ ROOMCAST_STORE: "memory" });
    const url = await server.listening();
    const { code, stderr } = await type(portOf(url), "backup", join(scratch, "memory.db"));
    expect([code, stderr]).toEqual([
      1,
      `The server at ${url} makes no backup: a store in memory has no backup.`,
    ]);
  });
});

describe("roomcast restore", () => {
  it("W-16: writes over no store, also none that runs, and takes nothing that is none", async () => {
    const server = new Program();
    await server.listening();
    const env = { ROOMCAST_DATA_DIR: server.dataDir };
    const { code, stderr } = await type(env, "restore", join(scratch, "round.db"));
    expect([code, stderr]).toEqual([1, expect.stringContaining("nothing is written over")]);
    const dataDir = join(scratch, "empty");
    const text = join(scratch, "text.db");
    writeFileSync(text, "no store, but long enough to look like one ".repeat(30));
    expect((await type({}, "restore", text, "--data-dir", dataDir)).stderr).toBe(
      `${text} is not a Roomcast store, or its first page is damaged.`,
    );
    const nowhere = join(scratch, "nowhere.db");
    expect((await type({}, "restore", nowhere, "--data-dir", dataDir)).stderr).toBe(
      `${nowhere} cannot be copied into ${dataDir} (ENOENT).`,
    );
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it("W-16: both say what they do when asked for help", async () => {
    for (const name of ["backup", "restore"])
      expect((await type({}, name, "--help")).said).toMatch(new RegExp(`^Usage: roomcast ${name} FILE`));
  });
});
