/** Row D19 in a real Chromium: prices that another program publishes over plain HTTP, drawn live, and honest about their age. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { seriousFaults } from "../harness/accessibility.ts";
import { launch, overflowOf, resize } from "../harness/browser.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

describe("the ticker", () => {
  let browser: Browser;
  let server: ServerProcess;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = await ServerProcess.start({ ROOMCAST_DURABILITY: "process", ...NO_RATES });
    complaints.length = 0;
    page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.context().close();
    await server[Symbol.asyncDispose]();
  });

  async function tick(symbol: string, price: number): Promise<void> {
    const answer = await fetch(`${server.http}/v1/rooms/ticker/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ event: "tick", data: { symbol, price, time: Date.now() } }),
    });
    expect(answer.status).toBe(200);
  }

  const open = () => page.goto(`${server.http}/ticker`);
  const row = (symbol: string) =>
    page.getByRole("region", { name: "Symbols" }).getByRole("button", { name: symbol });

  it("D19: shows each symbol's latest price as it comes, and the one that is chosen large", async () => {
    await open();
    await page.getByRole("heading", { name: "No prices yet" }).waitFor();
    await tick("ACME", 64.5);
    await row("ACME").getByText("64.50").waitFor();
    await tick("NOVA", 312);
    await tick("ACME", 65.25);
    await row("ACME").getByText("65.25").waitFor();
    await row("NOVA").click();
    await page.getByRole("region", { name: "Chart of NOVA" }).getByText("312.00").first().waitFor();
    await page.getByRole("img", { name: /^NOVA: 312\.00/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("D19: a symbol that has been silent for longer than a page of history is there too, with its age", async () => {
    await tick("OLD", 5);
    for (let n = 0; n < 400; n += 40)
      await Promise.all(Array.from({ length: 40 }, () => tick("BUSY", n + 1)));
    await open();
    await row("BUSY").waitFor();
    await row("OLD").getByText("5.00").waitFor();
    await row("OLD")
      .getByText(/^no tick for \d+ s$/)
      .waitFor({ timeout: 30_000 });
  });

  it("D19: however many ticks come, each frame is drawn once, and the last price stands", async () => {
    await tick("FAST", 1);
    await open();
    await row("FAST").waitFor();
    // Told by the page itself: how often the price was written, and in how many frames.
    const watch = page.evaluate(async () => {
      const price = document.querySelector("li [data-part=price]");
      if (price === null) throw new Error("there is no price");
      let frames = 0;
      let writes = 0;
      let isWatching = true;
      const frame = (): void => {
        frames += 1;
        if (isWatching) requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      new MutationObserver(() => (writes += 1)).observe(price, { characterData: true, subtree: true });
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (price.textContent.includes("1,001.00")) resolve();
          else requestAnimationFrame(look);
        };
        look();
      });
      isWatching = false;
      return { frames, writes };
    });
    const publish = async (): Promise<void> => {
      for (let n = 1; n <= 1000; n += 50)
        await Promise.all(Array.from({ length: 50 }, (_, index) => tick("FAST", n + index)));
      await tick("FAST", 1001);
    };
    const [{ frames, writes }] = await Promise.all([watch, publish()]);
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThanOrEqual(frames);
    await page.getByText(/^1,00\d ticks since/).waitFor();
  });

  it("D19 D2: without a connection no price is called live, and with one it is again", async () => {
    await tick("ACME", 64.5);
    await open();
    await row("ACME").getByText("64.50").waitFor();
    await server.kill();
    const status = page.getByRole("status", { name: "Connection" });
    await until("the dot is red", async () => (await status.getAttribute("data-tone")) === "closed");
    await page.getByText(/^Not connected: no tick for/).waitFor();
    await server.boot();
    await until("the dot is green", async () => (await status.getAttribute("data-tone")) === "open");
    await tick("ACME", 66);
    await row("ACME").getByText("66.00").waitFor();
    await until("the price is live", async () => (await page.getByText(/^Not connected/).count()) === 0);
    expect(complaints).toEqual([]);
  });

  it("U-LANGUAGE U-RTL: it speaks the browser's language, and from right to left nothing is wider than the page", async () => {
    await using german = await browser.newContext({ locale: "de-DE" });
    const sheet = await german.newPage();
    await sheet.goto(`${server.http}/ticker`);
    await sheet.getByRole("heading", { name: "Noch keine Kurse" }).waitFor();
    await tick("ACME", 1_064.5);
    const symbols = sheet.getByRole("region", { name: "Symbole" });
    await symbols.getByText("1.064,50").waitFor();
    await sheet.getByText("1 Kurs, seit diese Seite offen ist.").waitFor();
    expect(await sheet.title()).toBe("ACME 1.064,50 · Kurse · Roomcast");
    for (const width of [1280, 360]) {
      await resize(sheet, { width, height: 700 });
      await sheet.evaluate(() => (document.documentElement.dir = "rtl"));
      expect(await overflowOf(sheet)).toBe(0);
      const [list, chart] = [
        await symbols.boundingBox(),
        await sheet.getByRole("img", { name: "ACME" }).boundingBox(),
      ];
      if (width > 1000) expect(list!.x).toBeLessThan(chart!.x);
    }
  });

  it("axe finds nothing serious, in light and dark", async () => {
    await open();
    await page.getByRole("heading", { name: "No prices yet" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await tick("ACME", 64.5);
    await tick("ACME", 65.5);
    await tick("NOVA", 312);
    await row("NOVA").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await row("NOVA")
      .getByText(/^no tick for/)
      .waitFor({ timeout: 30_000 });
    expect(await seriousFaults(page)).toEqual([]);
  });
});
