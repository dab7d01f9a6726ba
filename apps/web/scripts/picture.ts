/**
 * Makes docs/roomcast.png: two real windows in one room, side by side. Needs a running Roomcast with an empty room, and a
 * Chromium: ROOMCAST_URL (default http://127.0.0.1:5173, where `pnpm dev` serves the app) and ROOMCAST_CHROMIUM.
 */
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const { ROOMCAST_URL = "http://127.0.0.1:5173", ROOMCAST_CHROMIUM } = process.env;
const picture = join(import.meta.dirname, "../../../docs/roomcast.png");
const room = "launch";
const window = { width: 800, height: 580 };
/** Pixels per CSS pixel: sharp enough for a README, small enough for a repository. */
const scale = 1.5;

if (ROOMCAST_CHROMIUM === undefined) throw new Error("ROOMCAST_CHROMIUM names no browser");
const browser = await chromium.launch({
  executablePath: ROOMCAST_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
await draw(browser).finally(() => browser.close());

async function draw(browser: Browser): Promise<void> {
  const ada = await enter(browser, "Ada Park", "light");
  const tomas = await enter(browser, "Tomás", "dark");
  const noor = await enter(browser, "Noor Haddad", "light");

  await say(
    noor,
    "Morning. The release notes are in the usual place, please read them once with fresh eyes.",
  );
  await say(tomas, "Reading. You spelt “receive” three ways.");
  await say(ada, "On purpose, one for each transport.");
  await say(ada, "No. Fixing it.");
  const bo = await enter(browser, "Bo", "light");
  await say(
    noor,
    "Tomás, what about the picture for the front page? It needs two people who see the same thing.",
  );
  await say(tomas, "You are looking at it.");
  await bo.getByRole("textbox", { name: "Message" }).pressSequentially("Nice");
  await Promise.all([ada, tomas].map((page) => page.getByText("Bo is typing…").waitFor()));

  // The text box's caret would blink in one of them.
  await Promise.all([ada, tomas].map((page) => page.getByRole("textbox", { name: "Message" }).blur()));
  const [left, right] = await Promise.all([ada, tomas].map((page) => page.screenshot()));
  const sheet = await browser.newPage({
    viewport: { width: 2 * window.width + 60, height: window.height + 40 },
    deviceScaleFactor: scale,
  });
  await sheet.setContent(`
    <body style="margin:0;height:100vh;display:flex;gap:20px;align-items:center;justify-content:center;background:#d8d4ca">
      ${[left, right].map((shot) => framed(shot)).join("")}
    </body>`);
  await sheet.screenshot({ path: picture });
}

function framed(shot: Buffer | undefined): string {
  const source = `data:image/png;base64,${shot?.toString("base64") ?? ""}`;
  return `<img width="${window.width}" style="border-radius:10px" src="${source}">`;
}

async function enter(browser: Browser, name: string, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({
    viewport: window,
    colorScheme,
    deviceScaleFactor: scale,
    locale: "en-GB",
  });
  await page.goto(`${ROOMCAST_URL}/r/${room}`);
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: `Enter ${room}` }).click();
  await page.getByText("Connected", { exact: true }).waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("log").getByText(text).waitFor();
}
