/** The program as an operator meets it: in a process of its own, started from its source. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { BareSocket } from "../test/bare-socket.ts";
import { Program, scratch } from "../test/program.ts";

/** Runs until it ends by itself. @returns the one sentence that it has left. */
async function sentenceOf(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<string> {
  const program = new Program(env, args);
  expect(await program.ended()).toBe(1);
  expect(program.stderr.trimEnd().split("\n")).toHaveLength(1);
  return program.stderr.trimEnd();
}

/** The next start has nothing to say of what the last one left, so it tells nobody of a gap. */
async function expectWholeStore(dataDir: string): Promise<void> {
  const next = new Program({ ROOMCAST_DATA_DIR: dataDir });
  await next.listening();
  expect(next.said).not.toContain("the store");
}

describe("a start that fails", () => {
  it("W-8 L-EXIT: a port in use, and the store is as it was", async () => {
    const taken = createServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const dataDir = join(scratch, "port-in-use");
    expect(await sentenceOf({ PORT: String(port), ROOMCAST_DATA_DIR: dataDir })).toBe(
      `Port ${port} on 127.0.0.1 is in use: end what listens there, or set PORT to another.`,
    );
    taken.close();
    await expectWholeStore(dataDir);
  });

  it("W-8: a Node.js that has no SQLite", async () => {
    expect(await sentenceOf({ NODE_OPTIONS: "--no-experimental-sqlite" })).toContain("22.13 or newer");
  });

  it("W-8: a data folder that cannot be made", async () => {
    const file = join(scratch, "a-file");
    writeFileSync(file, "");
    expect(await sentenceOf({ ROOMCAST_DATA_DIR: join(file, "data") })).toContain(file);
  });

  it("W-8: a data folder where the system says of all that it is not there", async () => {
    expect(await sentenceOf({ ROOMCAST_DATA_DIR: "/proc/nope/data" })).toContain("/proc/nope/data");
  });

  it("W-8: a second server on the same folder, and the first goes on", async () => {
    const first = new Program();
    const url = await first.listening();
    expect(await sentenceOf({ ROOMCAST_DATA_DIR: first.dataDir })).toContain(first.dataDir);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it("W-8: a wrong setting", async () => {
    expect(await sentenceOf({ PORT: "seventy" })).toBe(
      'PORT must be a whole number from 0 to 65535, not "seventy".',
    );
    expect(await sentenceOf({}, ["--prot", "1"])).toContain("--prot is no setting");
  });

  it("W-8: several wrong settings are all said", async () => {
    const program = new Program({ PORT: "x", ROOMCAST_LOG: "loud" });
    expect(await program.ended()).toBe(1);
    expect(program.stderr.trimEnd().split("\n")).toHaveLength(2);
  });
});

describe("a start", () => {
  it("W-12 W-9: the first lines say that the door is open, and what looks like a setting and is none", async () => {
    const program = new Program({ ROOMCAST_PORT: "1" });
    await program.listening();
    expect(program.log.map(({ msg }) => msg)).toEqual([
      "ROOMCAST_PORT is no setting; the nearest is PORT.",
      expect.stringContaining("The door is open"),
      "listening",
    ]);
  });

  it("W-10: --help lists the settings and starts nothing", async () => {
    const program = new Program({}, ["--help"]);
    expect(await program.ended()).toBe(0);
    expect(program.said).toContain("--data-dir, ROOMCAST_DATA_DIR");
  });

  it("W-15: token prints one that the server takes, and starts nothing", async () => {
    const secret = { ROOMCAST_JWT_SECRET: "a secret of at least thirty-two characters" };
    const maker = new Program(secret, ["token", "--user", "ada", "--room", "news=join"]);
    expect([await maker.ended(), maker.stderr]).toEqual([0, ""]);
    const server = new Program(secret);
    const url = await server.listening();
    const ask = async (path: string): Promise<number> =>
      (await fetch(url + path, { headers: { authorization: `Bearer ${maker.said.trim()}` } })).status;
    expect([await ask("/v1/rooms"), await ask("/v1/rooms/news/events")]).toEqual([200, 403]);
    expect(await sentenceOf({}, ["token", "--user", "ada"])).toMatch(/^ROOMCAST_JWT_SECRET must be set/);
    const help = new Program({}, ["token", "--help"]);
    expect([await help.ended(), help.said.split("\n")[0]]).toEqual([
      0,
      expect.stringContaining("--user ada"),
    ]);
  });

  it("W-10: --version says which one it is and starts nothing", async () => {
    const program = new Program({}, ["--version"]);
    expect(await program.ended()).toBe(0);
    const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    expect(program.said).toBe(`${(JSON.parse(manifest) as { version: string }).version}\n`);
  });

  it("A2 A4 T2: the log names the client that came and went, and holds no token", async () => {
    const program = new Program();
    const port = Number(new URL(await program.listening()).port);
    const socket = await BareSocket.open(port, { Authorization: "Bearer secret-token-1" });
    socket.say({ type: "hello", protocol: 1, name: "Ada\n", token: "secret-token-2" });
    const { clientId, resume } = await socket.message();
    socket.destroy();
    expect(await program.logged("client closed")).toMatchObject({
      clientId,
      name: "Ada\\u{a}",
      code: 1006,
      by: "client",
    });
    await fetch(`http://127.0.0.1:${port}/v1/rooms?token=secret-token-3`);
    program.signal("SIGTERM");
    await program.ended();
    for (const secret of ["secret-token", String(resume)])
      expect(program.said + program.stderr).not.toContain(secret);
  });
});

describe("an end", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "W-14: %s drains: clients are told, and it ends with 0",
    async (signal) => {
      const program = new Program();
      const socket = await BareSocket.open(Number(new URL(await program.listening()).port));
      socket.say({ type: "hello", protocol: 1 });
      await socket.message();
      program.signal(signal);
      expect(await socket.closeFrame()).toMatchObject({ code: 1012 });
      socket.destroy();
      expect(await program.ended()).toBe(0);
    },
  );

  it("W-14 L-EXIT: a second signal ends it at once, and the store is whole", async () => {
    const program = new Program();
    const socket = await BareSocket.open(Number(new URL(await program.listening()).port), {}, true);
    socket.say({ type: "hello", protocol: 1 });
    await socket.message();
    program.signal("SIGTERM");
    // The peer answers no close, so the drain would wait for its deadline.
    expect(await socket.closeFrame()).toMatchObject({ code: 1012 });
    program.signal("SIGINT");
    expect(await program.ended()).toBe(130);
    await expectWholeStore(program.dataDir);
  });

  it("W-14: a data folder that was drained opens again", async () => {
    const first = new Program();
    await first.listening();
    first.signal("SIGTERM");
    expect(await first.ended()).toBe(0);
    const second = new Program({ ROOMCAST_DATA_DIR: first.dataDir });
    expect((await fetch(`${await second.listening()}/readyz`)).status).toBe(200);
  });
});
