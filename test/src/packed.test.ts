/** The packages as a stranger gets them: packed, installed outside the workspace, type-checked, run. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ServerProcess } from "../harness/server-process.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGES = ["packages/protocol", "packages/client"];

const PROGRAM = `
import { connect } from "@roomcast/client";
import { defineContract, type DataOut } from "@roomcast/protocol";
import * as v from "valibot";

const contract = defineContract({ events: { greeting: { data: v.object({ text: v.string() }) } } });
type Greeting = DataOut<typeof contract, "greeting">;

const client = connect(process.argv[2] ?? "", { contract, name: "Packed" });
const room = client.room("packed");
const heard = new Promise<Greeting>((resolve) => {
  room.on("greeting", (event) => resolve(event.data));
});
const sent = await room.publish("greeting", { text: "from outside" });
if (!sent.ok) throw new Error(sent.code);
console.log((await heard).text, sent.position?.offset);
// @ts-expect-error the contract knows no such data
void (() => room.publish("greeting", { words: 1 }));
client.disconnect();
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: "es2024", module: "nodenext", strict: true, noEmit: true },
    ...{ lib: ["es2024"], types: ["node"], verbatimModuleSyntax: true, exactOptionalPropertyTypes: true },
  },
  include: ["program.ts"],
};

describe("the packages outside the workspace", () => {
  const folder = mkdtempSync(join(tmpdir(), "roomcast-packed-"));
  const inFolder = { cwd: folder };
  let server: ServerProcess;

  beforeAll(async () => {
    server = await ServerProcess.start();
    for (const each of PACKAGES)
      await run("pnpm", ["pack", "--pack-destination", folder], { cwd: join(ROOT, each) });
    const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
    const dependencies = Object.fromEntries(
      tarballs.map((file) => [file.replace(/^roomcast-(\w+)-.*$/, "@roomcast/$1"), `file:./${file}`]),
    );
    expect(Object.keys(dependencies).sort()).toEqual(["@roomcast/client", "@roomcast/protocol"]);
    const manifest = {
      name: "outside",
      private: true,
      type: "module",
      dependencies: { ...dependencies, valibot: "1" },
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    // The workspace's own compiler and Node types are tools of this test, not something that the packages bring.
    await run("npm", ["install", "--no-audit", "--no-fund"], inFolder);
  }, 120_000);

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it("a minimal program on the packed packages type-checks and talks to the server", async () => {
    const typeRoots = join(ROOT, "test/node_modules/@types");
    await run(
      process.execPath,
      [join(ROOT, "node_modules/typescript/bin/tsc"), "--typeRoots", typeRoots],
      inFolder,
    );
    const { stdout } = await run(process.execPath, ["program.ts", server.http], inFolder);
    expect(stdout).toBe("from outside 1\n");
  });
});
