/**
 * Measures what a reader feels: how soon there is something to see, frames while a long history is scrolled, and long tasks while a busy room is followed. Needs
 * the built app on a Roomcast with an empty store and no limit of messages (ROOMCAST_MESSAGES_PER_SECOND=0), and a
 * Chromium: ROOMCAST_URL and ROOMCAST_CHROMIUM. Prints figures and asserts none of them.
 */
import { connect } from "@roomcast/client";
import { events } from "@roomcast/protocol";
import { chromium, type Page } from "playwright-core";

const { ROOMCAST_URL = "http://127.0.0.1:3000", ROOMCAST_CHROMIUM, BUSY_SECONDS = "60" } = process.env;
const HISTORY = 10_000;
const PER_SECOND = 200;
const BURST = 100;
const VISITS = 9;

if (ROOMCAST_CHROMIUM === undefined) throw new Error("ROOMCAST_CHROMIUM names no browser");
const browser = await chromium.launch({
  executablePath: ROOMCAST_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"],
});
const client = connect(ROOMCAST_URL, { contract: events, name: "Measure" });
try {
  report(`first contentful paint of ${VISITS} visits`, await paint());
  const long = client.room("long", { history: 0 });
  for (let from = 0; from < HISTORY; from += BURST) {
    const texts = Array.from(
      { length: BURST },
      (_, at) => `number ${from + at} ${"word ".repeat((from + at) % 40)}`,
    );
    await Promise.all(texts.map((text) => long.publish("message", { text }, { echo: false })));
  }
  report(`scrolling a history of ${HISTORY}`, await scroll(await enter("long")));
  report(`${PER_SECOND} events a second for ${BUSY_SECONDS} s`, await follow(await enter("busy")));
} finally {
  client.disconnect();
  await browser.close();
}

async function enter(room: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${ROOMCAST_URL}/r/${room}`);
  await page.getByRole("textbox").fill("Ada");
  await page.keyboard.press("Enter");
  await page.getByRole("log").and(page.locator("[aria-busy=false]")).waitFor();
  await page.evaluate(() => {
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    );
    observer.observe({ type: "longtask" });
    Object.assign(globalThis, { tasks });
  });
  return page;
}

/** Each with an empty cache, from the request on. */
async function paint(): Promise<object> {
  const paintsMs: number[] = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${ROOMCAST_URL}/r/first`);
    const paintMs = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            for (const { name, startTime } of list.getEntries())
              if (name === "first-contentful-paint") resolve(startTime);
          }).observe({ type: "paint", buffered: true });
        }),
    );
    paintsMs.push(Math.round(paintMs));
    await page.context().close();
  }
  paintsMs.sort((a, b) => a - b);
  return { medianMs: paintsMs[Math.floor(VISITS / 2)], slowestMs: paintsMs.at(-1) };
}

/** To the first message and part of the way back, so many pixels a frame: as fast as anybody scrolls. */
async function scroll(page: Page): Promise<object> {
  return page.getByRole("log").evaluate(async (log) => {
    const STEP_PX = 400;
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const gaps: number[] = [];
    let last = await frame();
    const step = async (by: number): Promise<void> => {
      log.scrollTop += by;
      const now = await frame();
      gaps.push(now - last);
      last = now;
    };
    while (log.querySelector('[data-offset="1"]') === null) await step(-STEP_PX);
    for (let turn = 0; turn < 300; turn += 1) await step(STEP_PX);
    gaps.sort((a, b) => a - b);
    const sum = gaps.reduce((all, gap) => all + gap, 0);
    return {
      frames: gaps.length,
      perSecond: Math.round((1000 * gaps.length) / sum),
      p95Ms: Math.round(gaps[Math.floor(gaps.length * 0.95)] ?? 0),
      longestMs: Math.round(gaps.at(-1) ?? 0),
    };
  });
}

async function follow(page: Page): Promise<object> {
  const busy = client.room("busy", { history: 0 });
  const heapMB = (): Promise<number> =>
    page.evaluate(() => {
      const { memory } = performance as unknown as { readonly memory: { readonly usedJSHeapSize: number } };
      return Math.round(memory.usedJSHeapSize / 1e6);
    });
  const heap = [await heapMB()];
  let sent = 0;
  const beganAt = performance.now();
  for (let tick = 1; tick <= 10 * Number(BUSY_SECONDS); tick += 1) {
    for (let at = 0; at < PER_SECOND / 10; at += 1) {
      void busy.publish("message", { text: `event ${(sent += 1)} of a busy room` }, { echo: false });
    }
    const waitMs = beganAt + 100 * tick - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (tick % 150 === 0) heap.push(await heapMB());
  }
  await page.getByRole("log").getByText(`event ${sent} of a busy room`).waitFor();
  const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
  return {
    sent,
    longTasks: tasks.length,
    over200Ms: tasks.filter((duration) => duration > 200).length,
    longestMs: Math.round(Math.max(0, ...tasks)),
    heapMB: heap,
  };
}

function report(what: string, figures: object): void {
  console.log(`${what}: ${JSON.stringify(figures)}`);
}
