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

/** By how many pixels a page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
