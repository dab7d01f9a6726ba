/** Rules U-*: a long history in a real Chromium: nothing jumps, the end is followed, and what one looks for is found. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { resize } from "../harness/browser.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { until } from "../harness/until.ts";
import { Visitor, Visitors } from "../harness/visitors.ts";

const ROOM = "history";
const LENGTH = 450;

describe("history in a browser", () => {
  let visitors: Visitors;
  let third: BareClient;

  beforeAll(async () => {
    visitors = await Visitors.start(NO_RATES);
    third = await BareClient.join(visitors.server.ws, { name: "Third", join: [{ room: ROOM }] });
    for (let number = 1; number <= LENGTH; number += 1) {
      const words = number % 7 === 0 ? "\nin several\nlines" : "";
      await third.publish(ROOM, "message", { text: `number ${number}.${words}` });
    }
  }, 60_000);
  afterAll(async () => {
    await third.close();
    await visitors[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    expect(await visitors.leave()).toEqual([]);
  });

  const say = (text: string): Promise<unknown> => third.publish(ROOM, "message", { text });
  const scrollTop = ({ stream }: Visitor): Promise<number> => stream.evaluate((log) => log.scrollTop);
  const distance = ({ stream }: Visitor): Promise<number> =>
    stream.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  /** Up by this much, as a wheel does it. */
  async function wheel(visitor: Visitor, deltaY: number): Promise<void> {
    await visitor.stream.hover();
    await visitor.page.mouse.wheel(0, deltaY);
  }

  it("U-HISTORY: older messages come as one scrolls up, and what one looks at does not move by more than a pixel", async () => {
    const ada = await visitors.enter(`/r/${ROOM}`, "Ada");
    await ada.sees(`number ${LENGTH - 1}.`);
    const jumps = await ada.stream.evaluate(async (log) => {
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const top = (element: Element): number => element.getBoundingClientRect().top;
      const found: number[] = [];
      for (let turn = 0; turn < 400 && log.querySelector('[data-offset="1"]') === null; turn += 1) {
        const middle = top(log) + log.clientHeight / 2;
        const held = [...log.querySelectorAll("article")].find((article) => top(article) > middle);
        const before = held === undefined ? 0 : top(held);
        const from = log.scrollTop;
        log.scrollTop = from - 240;
        const moved = from - log.scrollTop;
        for (let wait = 0; wait < 3; wait += 1) await frame();
        if (held?.isConnected === true) found.push(Math.abs(top(held) - before - moved));
      }
      return found;
    });
    await ada.stream.locator('[data-offset="1"]').waitFor();
    expect(jumps.length).toBeGreaterThan(20);
    expect(Math.max(...jumps)).toBeLessThanOrEqual(1.5);
    // It is virtual: far fewer are drawn than are there.
    expect(await ada.stream.getByRole("article").count()).toBeLessThan(400);
  });

  it("U-FOLLOW: whoever is at the end stays there; whoever reads further up is told and not moved", async () => {
    const ada = await visitors.enter(`/r/${ROOM}`, "Ada");
    await say("followed");
    await ada.sees("followed");
    await until("it is at the end", async () => (await distance(ada)) < 2);
    await wheel(ada, -900);
    await ada.page.getByRole("button", { name: "Jump to latest" }).waitFor();
    const before = await scrollTop(ada);
    await say("not followed");
    const jump = ada.page.getByRole("button", { name: "1 new message" });
    await jump.waitFor();
    expect(Math.abs((await scrollTop(ada)) - before)).toBeLessThan(2);
    expect(await ada.stream.getAttribute("aria-live")).toBe("off");
    await jump.click();
    await until("it is at the end", async () => (await distance(ada)) < 2);
    await jump.waitFor({ state: "detached" });
    await until("it announces", async () => (await ada.stream.getAttribute("aria-live")) === "polite");
  });

  it("U-FOLLOW: whoever is at the end stays there, however high its rows turn out to be and however low the window", async () => {
    const ada = await visitors.enter(`/r/${ROOM}`, "Ada", { viewport: { width: 390, height: 740 } });
    const jump = ada.page.getByRole("button", { name: "Jump to latest" });
    for (const height of [740, 690, 300, 740]) {
      await resize(ada.page, { width: 390, height });
      await say(`${"high ".repeat(height)}.`);
      await say(`low at ${height}`);
      await ada.sees(`low at ${height}`);
      await until("it is at the end", async () => (await distance(ada)) < 2);
      expect(await jump.count()).toBe(0);
    }
    await ada.page.getByRole("button", { name: "Disconnect" }).click();
    await ada.page.getByText("You disconnected.").waitFor();
    await until("it is at the end", async () => (await distance(ada)) < 2);
    expect(await jump.count()).toBe(0);
  });

  it("U-FOLLOW: who says something is at the end, and what was scrolling until then does not lead away again", async () => {
    const ada = await visitors.enter(`/r/${ROOM}`, "Ada");
    await ada.box.fill("said while it scrolls");
    // A wheel reaches the page with the frames after it, as these steps do.
    await ada.stream.evaluate((log) => {
      let frames = 5;
      const step = (): void => {
        log.scrollTop -= 300;
        if ((frames -= 1) > 0) requestAnimationFrame(step);
      };
      document.addEventListener("keydown", () => requestAnimationFrame(step), { once: true });
    });
    await ada.box.press("Enter");
    await ada.sees("said while it scrolls");
    await until("it is at the end", async () => (await distance(ada)) < 2);
    const jump = ada.page.getByRole("button", { name: "Jump to latest" });
    expect(await jump.count()).toBe(0);
    // And nobody is held there.
    await wheel(ada, -900);
    await jump.waitFor();
  });

  it("U-LINK: a link to a message shows it, however far up; one that leads nowhere says so", async () => {
    const ada = await visitors.enter(`/r/${ROOM}?m=42`, "Ada");
    const target = ada.stream.locator('[data-offset="42"]');
    await target.waitFor();
    await until("it is in view", () =>
      target.evaluate((article) => {
        const box = article.getBoundingClientRect();
        return box.top > 0 && box.bottom < innerHeight;
      }),
    );
    await ada.page.goto(`${visitors.server.http}/r/${ROOM}?m=999999`);
    await ada.page.getByText("That message is not in this room").waitFor();
  });

  it("U-LINK: whoever says something while a message is looked for stays with it, and the rest is not asked for", async () => {
    const context = await visitors.browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const held: (() => void)[] = [];
      let isHolding = true;
      window.WebSocket = class extends WebSocket {
        override send(data: string): void {
          const ask = (): void => super.send(data);
          if (isHolding && data.includes('"type":"history"')) held.push(ask);
          else ask();
        }
      };
      addEventListener("letgo", () => {
        isHolding = false;
        for (const ask of held) ask();
      });
    });
    let pages = 0;
    let strides = 0;
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        if (String(payload).includes('"type":"history"')) pages += 1;
      });
      // What fills the screen is asked for in smaller pages.
      socket.on("framesent", ({ payload }) => {
        if (/"type":"history".*"limit":300/.test(String(payload))) strides += 1;
      });
    });
    const ada = new Visitor(context, page);
    await page.goto(`${visitors.server.http}/r/${ROOM}?m=3`);
    await page.getByRole("textbox", { name: /name/i }).fill("Ada");
    await page.keyboard.press("Enter");
    const looking = page.getByText("Looking for that message…");
    await looking.waitFor();
    await ada.say("said meanwhile");
    await looking.waitFor({ state: "detached" });
    await ada.message("said meanwhile").and(page.locator("[data-offset]")).waitFor();
    await page.evaluate(() => dispatchEvent(new Event("letgo")));
    await until("the page that was asked for came", () => Promise.resolve(pages > 0));
    await say("said after that page");
    await ada.sees("said after that page");
    await until("it is at the end", async () => (await distance(ada)) < 2);
    expect(strides).toBe(0);
    await context.close();
  });

  it("U-SEARCH: every word is looked for in the whole history, and a find leads to its place", async () => {
    const ada = await visitors.enter(`/r/${ROOM}`, "Ada");
    await ada.page.keyboard.press("Control+Shift+F");
    const field = ada.page.getByRole("searchbox");
    await field.fill("LINES number 77.");
    await ada.page.getByText("1 message found").waitFor();
    await ada.page.getByRole("list", { name: "Search in this room" }).getByRole("link").click();
    await ada.stream.locator('[data-offset="77"]').waitFor();
    await ada.page.keyboard.press("Control+Shift+F");
    await field.fill("nothing like it");
    await ada.page.getByText("Nothing was found.").waitFor();
  });

  it("U-NEW: on coming back to the app, what came meanwhile is marked as new, and counted", async () => {
    const ada = await visitors.enter(`/r/${ROOM}`, "Ada");
    await say("before she went");
    await ada.sees("before she went");
    await ada.page.waitForFunction(() =>
      Object.keys(localStorage).some((key) => key.startsWith("roomcast.read.")),
    );
    await ada.page.goto("about:blank");
    for (const text of ["while away 1", "while away 2", "while away 3"]) await say(text);
    await ada.page.goto(`${visitors.server.http}/r/${ROOM}`);
    await ada.sees("3 new messages");
    const shown = (await ada.stream.innerText()).replaceAll("\n", " ");
    expect(shown).toMatch(/before she went.*3 new messages.*while away 1/);
  });

  it("U-DAY: a day is named where it begins", async () => {
    const ada = await visitors.enter(`/r/${ROOM}?m=1`, "Ada");
    await ada.sees("Today");
    expect(await ada.times("Today")).toBe(1);
  });
});
