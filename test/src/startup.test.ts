/** What an operator meets: a quick start, plain words when it cannot start, an end that loses nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { freePort } from "../harness/ports.ts";
import { ServerProcess } from "../harness/server-process.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "roomcast-startup-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs the server until it exits by itself. */
async function run(
  env: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number | null; said: string }> {
  const { PATH = "", HOME = "" } = process.env;
  const settings = {
    PORT: String(await freePort()),
    HOST: "127.0.0.1",
    ROOMCAST_DATA_DIR: join(scratch, crypto.randomUUID()),
  };
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH, HOME, ...settings, ...env } });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, said };
}

const oneSentence = (said: string): number => said.trim().split("\n").length;

describe("starting", () => {
  it("a port in use is said in one sentence that names it", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const { code, said } = await run({ PORT: String(port) });
    taken.close();
    expect(code).toBeGreaterThan(0);
    expect(said).toContain(String(port));
    expect(oneSentence(said)).toBe(1);
  });

  it("a data folder that cannot be one is said in one sentence that names it", async () => {
    const file = join(scratch, "a-file");
    writeFileSync(file, "");
    const { code, said } = await run({ ROOMCAST_DATA_DIR: join(file, "data") });
    expect(code).toBeGreaterThan(0);
    expect(said).toContain(file);
    expect(oneSentence(said)).toBe(1);
  });

  it("a second server on the same data folder is refused, the first goes on", async () => {
    await using first = await ServerProcess.start();
    const { code, said } = await run({ ROOMCAST_DATA_DIR: first.dataDir });
    expect(code).toBeGreaterThan(0);
    expect(said).toContain(first.dataDir);
    expect(oneSentence(said)).toBe(1);
    const client = await BareClient.join(first.ws);
    expect((await client.publish("general", "message", { text: "unharmed" })).position?.offset).toBe(1);
    await client.close();
  });

  it.each([
    ["PORT", "seventy"],
    ["PORT", "70000"],
    ["ROOMCAST_STORE", "redis://127.0.0.1"],
    ["ROOMCAST_STORE", "floppy"],
    ["ROOMCAST_DURABILITY", "eternal"],
    ["ROOMCAST_GUESTS", "maybe"],
    ["ROOMCAST_ORIGINS", "not an origin"],
    ["ROOMCAST_DEFAULT_ROOM", "no room!"],
    ["ROOMCAST_HISTORY_EVENTS", "-1"],
    ["ROOMCAST_MESSAGES_PER_SECOND", "many"],
    ["ROOMCAST_HELLO_TIMEOUT_MS", "0"],
    ["ROOMCAST_JWKS_URL", "not a url"],
    ["ROOMCAST_LOG", "loud"],
  ])("a wrong %s (%s) stops the start with a sentence that names it", async (name, value) => {
    const { code, said } = await run({ [name]: value });
    expect(code).toBeGreaterThan(0);
    expect(said).toContain(name);
    expect(oneSentence(said)).toBe(1);
  });

  it("an unknown flag is said, with the way to the list of settings", async () => {
    const { code, said } = await run({}, ["--prot", "3000"]);
    expect(code).toBeGreaterThan(0);
    expect(said).toContain("--prot");
    expect(said).toContain("--help");
  });

  it("the first log lines say that the door is open, and how to close it", async () => {
    await using server = await ServerProcess.start();
    expect(server.output).toContain("ROOMCAST_GUESTS");
  });
});

describe("ending", () => {
  it("SIGTERM: publishes are settled, clients are told when to come back, and it exits with 0", async () => {
    await using server = await ServerProcess.start();
    const client = await BareClient.join(server.ws);
    const ack = await client.publish("general", "message", { text: "last words" });
    const [code, ended] = await Promise.all([server.stop(), client.closed()]);
    expect(code).toBe(0);
    expect(ended.code).toBe(1012);
    expect(client.all("drain")).toHaveLength(1);
    await server.boot();
    const back = await BareClient.join(server.ws);
    expect(back.all("joined")[0]?.events.map(({ id }) => id)).toEqual([ack.id]);
    expect(back.all("joined")[0]?.position.epoch).toBe(ack.position?.epoch);
    await back.close();
  });
});
