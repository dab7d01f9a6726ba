/** Rows D5, D24, D26, D29: every program in docs/ is run, or at least compiled. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { launch } from "../harness/browser.ts";
import { blocksOf, blockWith, fileOf, Workshop } from "../harness/doc-page.ts";
import { freePort } from "../harness/ports.ts";
import { Program, ROOT } from "../harness/program.ts";
import { until } from "../harness/until.ts";

const run = promisify(execFile);
const EMBEDDING = "embedding.md";

const start = ({ folder }: Workshop, file: string): Program =>
  new Program(process.execPath, ["--conditions=@roomcast/source", file], { cwd: folder });

const answers = (url: string): Promise<void> =>
  until(`${url} answers`, () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );

interface Served extends AsyncDisposable {
  readonly url: string;
  readonly ws: string;
}

/** A program of the page, on a port of its own. */
async function serve(workshop: Workshop, text: string): Promise<Served> {
  const port = await freePort();
  workshop.write("server.ts", text.replaceAll("3000", String(port)));
  const program = start(workshop, "server.ts");
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  return {
    url,
    ws: `ws://127.0.0.1:${port}/v1/ws`,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** createServer without an http server of its own, which is listened for. */
const listening = (text: string): string =>
  text.replace("createRoomcast({", "createRoomcast({ port: 3000,") + "\nawait roomcast.listen();\n";

describe("embedding.md", () => {
  it.each([
    ["Express", 'from "express"'],
    ["Fastify", 'from "fastify"'],
    ["Hono", 'from "hono"'],
    ["a handler", "type RequestListener"],
  ])("D7 D8 D29: %s keeps its routes, and one of them publishes", async (_, text) => {
    using workshop = new Workshop();
    await using served = await serve(workshop, blockWith(EMBEDDING, text));
    expect((await fetch(`${served.url}/orders`, { method: "POST" })).status).toBe(201);
    const kept = await fetch(`${served.url}/v1/rooms/kitchen/events`);
    expect(await kept.json()).toMatchObject({ events: [{ data: { text: "one pizza" } }] });
    const client = await BareClient.join(served.ws);
    await client.close();
    // Where Roomcast answers, an error says whether to retry.
    expect(await (await fetch(`${served.url}/of-the-app`)).text()).not.toContain("retry");
  });

  it("D10: sessions of one's own let in", async () => {
    using workshop = new Workshop();
    await using served = await serve(workshop, listening(blockWith(EMBEDDING, "authenticate(request)")));
    const rooms = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${served.url}/v1/rooms`, { headers })).status;
    expect([await rooms({ cookie: "sid=s3cr3t" }), await rooms({ cookie: "sid=x" })]).toEqual([200, 401]);
  });

  it("B4 B10: logic of one's own refuses, replaces and tells the sender alone", async () => {
    using workshop = new Workshop();
    await using served = await serve(workshop, listening(blockWith(EMBEDDING, "Hawaii")));
    const ada = await BareClient.join(served.ws, { name: "Ada" });
    await ada.publish("general", "chat", "hello");
    expect(await ada.hear("event")).toMatchObject({ event: "grpchat", data: { by: "Ada", text: "hello" } });
    ada.say({ type: "publish", id: "1", room: "general", event: "order", data: { pizza: "Hawaii" } });
    expect(await ada.hear("error")).toMatchObject({ message: "not in this house" });
    await ada.publish("general", "order", { pizza: "Napoli" });
    expect(await ada.hear("event", ({ event }) => event === "queue")).toMatchObject({ data: { waiting: 1 } });
    await ada.close();
  });
});

describe("from-socket.io.md", () => {
  it("D26: the tutorial's server, and a stock client in it", async () => {
    const page = "from-socket.io.md";
    using workshop = new Workshop();
    await using served = await serve(workshop, blockWith(page, "handlers: Handlers"));
    const bob = await BareClient.join(served.ws, {
      name: "Bob",
      join: [{ room: "lobby" }],
    });
    workshop.write(
      "client.ts",
      blockWith(page, "io(").replaceAll("localhost:3000", new URL(served.url).host),
    );
    await using client = start(workshop, "client.ts");
    await client.prints("true 2");
    await bob.publish("lobby", "joinRoom", { username: "Bob" });
    await client.prints("Bob is here");
    expect(client.lines).toEqual([
      "0 earlier messages",
      "1 Ada: hello",
      "2 Ada: kept",
      "true 2",
      "Bob is here",
    ]);
    expect(bob.all("event").map(({ event }) => event)).toEqual([
      ...["userJoined", "grpchat", "newMessage", "userJoined"],
    ]);
    await bob.close();
  });
});

describe("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  const onPort = (text: string, port: number): string =>
    text.replace('web: "public"', `web: "public", port: ${port}, host: "127.0.0.1"`);

  it("D1 D4 D5 D24: getting-started.md, from an empty folder on", async () => {
    const page = "getting-started.md";
    using workshop = new Workshop();
    await using running = new AsyncDisposableStack();
    mkdirSync(join(workshop.folder, "public"));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const files = blocksOf(page).filter(({ file }) => file !== undefined);
    for (const { file = "", text } of files) workshop.write(file, onPort(text, port));
    let server = running.use(start(workshop, "server.js"));
    await answers(url);

    const open = async (): Promise<{
      texts: () => Promise<string[]>;
      say: (text: string) => Promise<void>;
      status: () => Promise<string>;
    }> => {
      const tab = await browser.newPage();
      await tab.goto(url);
      return {
        texts: () => tab.locator("#messages li").allTextContents(),
        status: () => tab.locator("#status").innerText(),
        async say(text) {
          await tab.locator("#text").fill(text);
          await tab.getByRole("button", { name: "Send" }).click();
        },
      };
    };
    const shows = (tab: Awaited<ReturnType<typeof open>>, ...texts: string[]): Promise<void> =>
      until(`the page shows ${texts.join(", ")}`, async () => {
        const shown = await tab.texts();
        return shown.length === texts.length && texts.every((text, at) => shown[at]?.endsWith(text));
      });

    const [one, two] = [await open(), await open()];
    await until(
      "both are in",
      async () => (await one.status()).endsWith("here") && (await two.status()).endsWith("here"),
    );
    await one.say("hello");
    await two.say("hello yourself");
    for (const tab of [one, two]) await shows(tab, "Ada: hello", "Ada: hello yourself");
    await fetch(`${url}/v1/rooms/general/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: /-d '(.*)'/.exec(blockWith(page, "curl"))?.[1] ?? "",
    });
    for (const tab of [one, two]) await shows(tab, "hello", "hello yourself", "somebody: from a shell");

    await server.kill();
    await until("the page says so", async () => (await one.status()) === "disconnected");
    const words = /npx esbuild (.*)/.exec(blockWith(page, "npx esbuild"))?.[1]?.split(" ") ?? [];
    await run(join(ROOT, "test/node_modules/.bin/esbuild"), words, { cwd: workshop.folder });
    workshop.write(
      "server.js",
      onPort(fileOf(page, "server.js"), port) + blockWith(page, "The server is up."),
    );
    server = running.use(start(workshop, "server.js"));
    await answers(url);
    const three = await open();
    const before = ["hello", "hello yourself", "from a shell", "The server is up."];
    await shows(three, ...before);
    await server.kill();
    await until("the page says so", async () => (await three.status()) === "reconnecting");
    await three.say("while you were away");
    server = running.use(start(workshop, "server.js"));
    const up = "The server is up.";
    await until("all is there", async () => (await three.texts()).length === before.length + 2);
    const after = (await three.texts()).slice(before.length).map((text) => text.replace(/^.*: /, ""));
    expect(after.toSorted()).toEqual([up, "while you were away"].toSorted());
    await server.kill();

    server = running.use(start(workshop, "auction.js"));
    await answers(url);
    const bids = await BareClient.join(`${url.replace("http", "ws")}/v1/ws`);
    const bid = (id: string, amount: number): void =>
      bids.say({ type: "publish", id, room: "general", event: "bid", data: { lot: "vase", amount } });
    bid("1", 5);
    await bids.hear("ack", ({ id }) => id === "1");
    bid("2", 5);
    expect(await bids.hear("error", ({ id }) => id === "2")).toMatchObject({
      message: "more than 5, please",
    });
    bid("3", 0);
    expect(await bids.hear("error", ({ id }) => id === "3")).toMatchObject({ code: "invalid_data" });
    await bids.close();
    await server.kill();
  });

  it("D4 D16 D26: the least of each client in clients.md", async () => {
    const page = "clients.md";
    using workshop = new Workshop();
    mkdirSync(join(workshop.folder, "public"));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    workshop.write("public/index.html", blockWith(page, "/socket.io/socket.io.js"));
    workshop.write("public/chat.js", blockWith(page, "io({"));
    workshop.write("public/stream.js", blockWith(page, "new EventSource"));
    workshop.write(
      "public/bare.js",
      blockWith(page, "new WebSocket").replace("3000", String(port)).replace("localhost", "127.0.0.1"),
    );
    workshop.write("server.js", onPort(fileOf("getting-started.md", "server.js"), port));
    await using running = new AsyncDisposableStack();
    running.use(start(workshop, "server.js"));
    await answers(url);
    const tab = await browser.newPage();
    const said: string[] = [];
    tab.on("console", (message) => said.push(message.text()));
    await tab.goto(url);
    await until("Socket.IO is acked and heard", () => said.includes("true") && said.includes("Ada hello"));
    await tab.addScriptTag({ url: "/stream.js" });
    await until("the stream tells it", () => said.includes("hello"));
    await tab.addScriptTag({ url: "/bare.js" });
    await until("the bare socket is in", () => said.some((text) => text.includes('"type":"joined"')));
    await tab.close();
  });
});

it("D24: every program in docs/ compiles", async () => {
  using workshop = new Workshop();
  const fragment =
    'import type { RoomcastServer } from "@roomcast/server";\ndeclare const roomcast: RoomcastServer;\n';
  const pages = [EMBEDDING, "from-socket.io.md", "auth.md"];
  for (const [at, { text }] of pages
    .flatMap(blocksOf)
    .filter(({ language }) => language === "ts")
    .entries())
    workshop.write(`${at}.ts`, text.startsWith("import") ? text : `${fragment}${text}export {};\n`);
  const options = {
    target: "es2024",
    module: "nodenext",
    strict: true,
    noEmit: true,
    types: ["node"],
    skipLibCheck: true,
  };
  // The packages are read as sources, which a reader does not do.
  const conditions = {
    ...{ customConditions: ["@roomcast/source"], allowImportingTsExtensions: true },
    exactOptionalPropertyTypes: true,
  };
  workshop.write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: { ...options, ...conditions, lib: ["es2024", "dom"] },
      include: ["*.ts"],
    }),
  );
  const { stdout } = await run(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", workshop.folder],
    { cwd: workshop.folder },
  ).catch((error: unknown) => error as { stdout: string });
  expect(stdout).toBe("");
});
