/** What outlives a tab, in a real Chromium: its unsent messages, its place among the others, and never anything of an open one. */
import { fileURLToPath } from "node:url";

import type { IndexedDbStorage } from "@roomcast/client/indexeddb";
import { STORAGE_RULES } from "@roomcast/client/storage-rules";
import { build } from "esbuild";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { launch, visit } from "../harness/browser.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
/** What the pages of the first part find in their global scope. */
const BUNDLED = `
  import { indexedDbStorage } from "@roomcast/client/indexeddb";
  import { STORAGE_RULES } from "@roomcast/client/storage-rules";
  Object.assign(globalThis, { open: (scope) => indexedDbStorage({ scope }), rules: STORAGE_RULES });`;

interface Bundled {
  readonly open: (scope: string) => IndexedDbStorage;
  readonly rules: typeof STORAGE_RULES;
}

let browser: Browser;
let server: ServerProcess;
beforeAll(async () => {
  browser = await launch();
  server = await ServerProcess.start();
});
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

describe("a storage in IndexedDB", () => {
  let context: BrowserContext;
  let code: string;
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: BUNDLED, resolveDir: FOLDER },
      ...{ bundle: true, write: false, format: "iife", conditions: ["@roomcast/source"] },
    });
    code = outputFiles[0]?.text ?? "";
    context = await browser.newContext();
    await context.route("http://localhost/", (route) =>
      route.fulfill({ contentType: "text/html", body: "" }),
    );
  });
  afterAll(() => context.close());

  async function page(): Promise<Page> {
    const opened = await context.newPage();
    await opened.goto("http://localhost/");
    await opened.addScriptTag({ content: code });
    return opened;
  }

  /** What one more client of the page finds, and the id that it then leaves there itself. */
  const take = (at: Page, scope: string, id: string): Promise<string[]> =>
    at.evaluate(
      async ([whose, own]) => {
        const storage = (globalThis as unknown as Bundled).open(whose);
        const { publishes } = await storage.load();
        await storage.save({ id: own, room: "general", event: "message", data: null, createdAt: 1 });
        return publishes.map((publish) => publish.id);
      },
      [scope, id] as const,
    );

  for (const [index, { name, expected }] of STORAGE_RULES.entries())
    it(name, async () => {
      const tab = await page();
      const observed = await tab.evaluate(async (at) => {
        const { open, rules } = globalThis as unknown as Bundled;
        let life: IndexedDbStorage | undefined;
        return rules[at]?.observe(async () => {
          await life?.close();
          return (life = open(`rule ${at}`));
        });
      }, index);
      expect(observed).toEqual(expected);
      await tab.close();
    });

  it("C-TAB a reload finds its own, a new tab what a closed one left, nobody what is open or another's", async () => {
    const [first, second] = [await page(), await page()];
    expect(await take(first, "ada", "a1")).toEqual([]);
    expect(await take(second, "ada", "a2")).toEqual([]);
    expect(await take(second, "bob", "b1")).toEqual([]);
    await Promise.all([first.reload(), second.reload()]);
    await second.addScriptTag({ content: code });
    await first.addScriptTag({ content: code });
    expect(await take(second, "ada", "a3")).toEqual(["a2"]);
    expect(await take(first, "ada", "a4")).toEqual(["a1"]);
    await first.close();
    const third = await page();
    expect(await take(third, "ada", "a5")).toEqual(["a1", "a4"]);
    await Promise.all([second.close(), third.close()]);
  });

  it("C-TAB what has something to send is taken over before what is newer", async () => {
    const [first, second] = [await page(), await page()];
    await take(first, "eve", "unsent");
    await second.evaluate(async () => {
      await (globalThis as unknown as Bundled).open("eve").load();
    });
    await Promise.all([first.close(), second.close()]);
    const third = await page();
    expect(await take(third, "eve", "more")).toEqual(["unsent"]);
    await third.close();
  });
});

describe("a tab of the chat", () => {
  let room: string;
  let made = 0;
  let context: BrowserContext | undefined;
  beforeEach(() => {
    room = `tabs-${(made += 1)}`;
  });
  afterEach(() => context?.close());

  const url = (): string => `${server.http}/r/${room}`;
  const tone = (page: Page): Promise<string | null> =>
    page.getByRole("status", { name: "Connection" }).getAttribute("data-tone");
  const dot = (page: Page, wanted: "open" | "closed"): Promise<void> =>
    until(`the dot is ${wanted}`, async () => (await tone(page)) === wanted);

  async function enter(name: string): Promise<Page> {
    const person = await visit(browser, url(), name);
    context = person.context;
    await dot(person.page, "open");
    return person.page;
  }

  async function reopen(): Promise<Page> {
    const page = await context!.newPage();
    await page.goto(url());
    await dot(page, "open");
    return page;
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.getByRole("textbox", { name: "Message" }).fill(text);
    await page.keyboard.press("Enter");
  }

  const join = (): Promise<BareClient> => BareClient.join(server.ws, { name: "Third", join: [{ room }] });
  /** Whom a client is told of besides itself, each time that it is told. */
  const toldOf = (client: BareClient): string[] =>
    client
      .all("presence")
      .flatMap(({ joined = [], left = [] }) => [...joined, ...left].map(({ clientId }) => clientId))
      .filter((clientId) => clientId !== client.id);

  it("A14 S1 S2 S6: closed while offline with 20 unsent messages and reopened, exactly 20 arrive, in order", async () => {
    const ada = await enter("Ada");
    await server.kill();
    await dot(ada, "closed");
    await context!.setOffline(true);
    await server.boot();
    const third = await join();
    const texts = Array.from({ length: 20 }, (_, index) => `unsent ${index + 1}`);
    for (const text of texts) await say(ada, text);
    await ada.getByRole("log").getByText("unsent 20", { exact: true }).waitFor();
    await ada.close();
    await context!.setOffline(false);
    const again = await reopen();
    await until("all have come", () => third.texts(room).length >= 20);
    await say(again, "after");
    await until("the next has come", () => third.texts(room).includes("after"));
    expect(third.texts(room)).toEqual([...texts, "after"]);
    await third.close();
  });

  it("C-SAME-AGAIN S2: closed before its ack came, a message is there once, and of the same guest", async () => {
    const ada = await enter("Ada");
    const third = await join();
    // From here on nothing that the server says reaches the tab.
    await ada.routeWebSocket(/v1\/ws/, (socket) => {
      const upstream = socket.connectToServer();
      upstream.onMessage((message) => {
        const text = String(message);
        if (!text.includes('"type":"ack"') && !text.includes('"event":"message"')) socket.send(message);
      });
    });
    await ada.reload();
    await dot(ada, "open");
    await say(ada, "once");
    await until("it has come", () => third.texts(room).includes("once"));
    await ada.close();
    const again = await reopen();
    await until("the answer has come", async () => (await again.getByText("Sending").count()) === 0);
    await say(again, "after");
    await until("the next has come", () => third.texts(room).includes("after"));
    expect(third.texts(room)).toEqual(["once", "after"]);
    const users = third
      .all("event")
      .filter(({ event }) => event === "message")
      .map(({ from }) => from.user);
    expect(new Set(users).size).toBe(1);
    await third.close();
  });

  it("C-TAB R-PRESENCE-SILENT: a reload is the same guest, and nobody is told; a duplicated tab is another", async () => {
    const third = await join();
    const ada = await enter("Ada");
    await until("Ada is told", () => toldOf(third).length > 0);
    await ada.reload();
    await dot(ada, "open");
    await say(ada, "same");
    await until("it has come", () => third.texts(room).includes("same"));
    expect(toldOf(third)).toEqual([
      third.all("event").find(({ event }) => event === "message")?.from.clientId,
    ]);
    const [twin] = await Promise.all([
      context!.waitForEvent("page"),
      // As "Duplicate" of the menu does, the new tab begins with a copy of this one's memory.
      ada.evaluate((address) => void window.open(address), url()),
    ]);
    await dot(twin, "open");
    await until("the twin is told", () => new Set(toldOf(third)).size === 2);
    expect(await tone(ada)).toBe("open");
    await say(ada, "still here");
    await until("it has come", () => third.texts(room).includes("still here"));
    await third.close();
  });
});
