/**
 * Makes the pictures of the docs: two real windows in one room side by side, and the same room on a phone. Needs a running
 * Roomcast with an empty room, and a Chromium: ROOMCAST_URL (default http://127.0.0.1:5173, where `pnpm dev` serves the
 * app) and ROOMCAST_CHROMIUM.
 */
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const { ROOMCAST_URL = "http://127.0.0.1:5173", ROOMCAST_CHROMIUM } = process.env;
const docs = join(import.meta.dirname, "../../../docs");
const room = "launch";
const window = { width: 860, height: 640 };
const phone = { width: 390, height: 700 };
/** Pixels per CSS pixel: sharp enough for a README, small enough for a repository. */
const scale = 1.5;
const ground = "#d8d4ca";

if (ROOMCAST_CHROMIUM === undefined) throw new Error("ROOMCAST_CHROMIUM names no browser");
const browser = await chromium.launch({
  executablePath: ROOMCAST_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
await draw(browser).finally(() => browser.close());

async function draw(browser: Browser): Promise<void> {
  const ada = await enter(browser, "Ada Park", { colorScheme: "light", viewport: window });
  const tomas = await enter(browser, "Tomás", { colorScheme: "dark", viewport: window });
  const noor = await enter(browser, "Noor Haddad", { viewport: phone, hasTouch: true });

  await say(noor, "Morning. The release notes are in the usual place, please read them with **fresh eyes**.");
  await say(tomas, "Reading. You spelt “receive” three ways.");
  await act(ada, "three ways", "Reply");
  await say(ada, "On purpose, one for each transport.");
  await act(tomas, "On purpose", "React");
  await tomas.getByRole("button", { name: "React with 😂" }).click();
  await act(noor, "On purpose", "React");
  await noor.getByRole("button", { name: "React with 😂" }).click();
  await say(tomas, "What would `history: 50` cost us in a room of a thousand?");
  const bo = await enter(browser, "Bo", { viewport: phone });
  await say(noor, "One page, encoded once. The figures are on https://example.org/performance");
  await bo.getByRole("textbox", { name: "Message" }).pressSequentially("Nice");
  await Promise.all([ada, tomas].map((page) => page.getByText("Bo is typing…").waitFor()));

  // The text box's caret would blink in one of them.
  const pages = [ada, tomas, noor];
  await Promise.all(pages.map((page) => page.getByRole("textbox", { name: "Message" }).blur()));
  await Promise.all(pages.map((page) => page.mouse.move(0, 0)));
  const [light, dark, small] = await Promise.all(
    pages.map((page) => page.screenshot({ animations: "disabled" })),
  );
  await sheet(browser, "roomcast.png", [light, dark], window);
  await sheet(browser, "phone.png", [small], phone);
}

/** Side by side on one ground. */
async function sheet(
  browser: Browser,
  file: string,
  shots: readonly (Buffer | undefined)[],
  { width, height }: typeof window,
): Promise<void> {
  const gap = 20;
  const page = await browser.newPage({
    viewport: { width: shots.length * (width + gap) + gap, height: height + 2 * gap },
    deviceScaleFactor: scale,
  });
  const images = shots.map(
    (shot) =>
      `<img width="${width}" style="border-radius:10px" src="data:image/png;base64,${shot?.toString("base64") ?? ""}">`,
  );
  await page.setContent(
    `<body style="margin:0;height:100vh;display:flex;gap:${gap}px;align-items:center;justify-content:center;background:${ground}">${images.join("")}</body>`,
  );
  await page.screenshot({ path: join(docs, file) });
  await page.close();
}

async function enter(browser: Browser, name: string, options: BrowserContextOptions): Promise<Page> {
  const page = await browser.newPage({ deviceScaleFactor: scale, locale: "en-GB", ...options });
  await page.goto(`${ROOMCAST_URL}/r/${room}`);
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: `Enter ${room}` }).click();
  await page.getByText("Connected", { exact: true }).waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page
    .getByRole("log")
    .getByRole("article")
    .filter({ hasText: text.slice(0, 10) })
    .last()
    .waitFor();
}

async function act(page: Page, text: string, action: string): Promise<void> {
  const message = page.getByRole("log").getByRole("article").filter({ hasText: text }).last();
  await message.focus();
  await message.getByRole("button", { name: action, exact: true }).click();
}
