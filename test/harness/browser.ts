/** Owns a real Chromium. scripts/provision.ts has found it; without one these tests fail, they are never skipped. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Nothing on the page may look outwards, and a container's root needs no sandbox. */
const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Comes before all else that a test starts, not beside it: where there is none, nothing else is left running. */
export async function launch(): Promise<Browser> {
  const executablePath = process.env["ROOMCAST_CHROMIUM"];
  if (executablePath === undefined) {
    throw new Error(
      "ROOMCAST_CHROMIUM names no browser: run the tests by `pnpm test`, which finds or installs one",
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A person with a browser profile of their own, in a room. */
export async function visit(
  browser: Browser,
  url: string,
  name: string,
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("textbox", { name: /name/i }).fill(name);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Message" }).waitFor();
  return { context, page };
}

/**
 * Gives a page another size, and comes back when a person would see it at that size: media queries that a script follows
 * are told of it with the next frame, so that whoever measures before that measures what is never painted.
 */
export async function resize(page: Page, size: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(size);
  await page.evaluate(async ({ width, height }) => {
    const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);
    do await frame();
    while (innerWidth !== width || innerHeight !== height);
    await frame();
  }, size);
}

/** By how many pixels a page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
