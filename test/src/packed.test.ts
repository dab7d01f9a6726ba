/** The packages as a stranger gets them: packed, installed outside the workspace, type-checked, run. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launch } from "../harness/browser.ts";
import { ServerProcess } from "../harness/server-process.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGES = ["packages/protocol", "packages/hub", "packages/client", "packages/svelte", "apps/server"];

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

const MAIN = `
import { mount } from "svelte";
import Chat from "./Chat.svelte";

const asked = new URLSearchParams(location.search);
mount(Chat, { target: document.body, props: { server: asked.get("server"), name: asked.get("name") } });
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
    expect(Object.keys(dependencies).sort()).toEqual([
      "@roomcast/client",
      "@roomcast/hub",
      "@roomcast/protocol",
      "@roomcast/server",
      "@roomcast/svelte",
    ]);
    const manifest = {
      name: "outside",
      private: true,
      type: "module",
      dependencies: { ...dependencies, valibot: "1", svelte: "5" },
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    // The workspace's own compiler and Node types are tools of this test, not something that the packages bring.
    await run("npm", ["install", "--no-audit", "--no-fund"], inFolder);
  });

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

  it("P-SIO-12: the packed server starts, and hands out the stock browser client", async () => {
    const main = join(folder, "node_modules/@roomcast/server/dist/main.js");
    await using packed = await ServerProcess.start({}, main);
    const bundle = await fetch(`${packed.http}/socket.io/socket.io.js`);
    expect(bundle.status).toBe(200);
    expect(await bundle.text()).toContain("Socket.IO v4");
  });

  it("V-README: the chat of the Svelte README builds, and two of it talk", async () => {
    const readme = readFileSync(join(ROOT, "packages/svelte/README.md"), "utf8");
    const [, chat = ""] = /```svelte\n([^]*?)```/.exec(readme) ?? [];
    writeFileSync(join(folder, "Chat.svelte"), chat);
    writeFileSync(join(folder, "main.ts"), MAIN);
    writeFileSync(join(folder, "index.html"), '<body><script type="module" src="/main.ts"></script></body>');
    await build({
      root: folder,
      logLevel: "error",
      configFile: false,
      plugins: [svelte({ configFile: false })],
    });
    const pages = await preview({ root: folder, logLevel: "error", preview: { port: 0, host: "127.0.0.1" } });
    const browser = await launch();
    try {
      const [address = ""] = pages.resolvedUrls?.local ?? [];
      const [ada, bob] = await Promise.all(
        ["Ada", "Bob"].map(async (name) => {
          const page = await browser.newPage();
          await page.goto(`${address}?${new URLSearchParams({ server: server.http, name }).toString()}`);
          await page.getByText("connected").waitFor();
          return page;
        }),
      );
      await ada!.getByText("2 here").waitFor();
      await ada!.getByRole("textbox", { name: "Message" }).fill("by a few lines");
      await ada!.getByRole("button", { name: "Send" }).click();
      for (const page of [ada!, bob!]) await page.getByText("Ada: by a few lines").waitFor();
    } finally {
      await browser.close();
      await pages.close();
    }
  }, 60_000);
});
