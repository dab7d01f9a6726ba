/** Makes the icons of the installed app out of the favicon. Needs a Chromium, named by ROOMCAST_CHROMIUM. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const folder = join(import.meta.dirname, "../public");
const svg = readFileSync(join(folder, "favicon.svg"), "utf8");
/** Systems cut a maskable icon to any shape that holds this much of its middle. */
const MASKABLE_SCALE = 0.7;

const icons = [
  { file: "icon-192.png", size: 192, scale: 1, ground: "transparent" },
  { file: "icon-512.png", size: 512, scale: 1, ground: "transparent" },
  { file: "icon-maskable.png", size: 512, scale: MASKABLE_SCALE, ground: "#0d5c74" },
  { file: "icon-apple.png", size: 180, scale: 0.84, ground: "#0d5c74" },
] as const;

const { ROOMCAST_CHROMIUM } = process.env;
if (ROOMCAST_CHROMIUM === undefined) throw new Error("ROOMCAST_CHROMIUM names no browser");
const browser = await chromium.launch({
  executablePath: ROOMCAST_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  for (const { file, size, scale, ground } of icons) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(
      `<style>body{margin:0;height:100vh;display:grid;place-items:center;background:${ground}}svg{width:${100 * scale}%}</style>${svg}`,
    );
    await page.screenshot({ path: join(folder, file), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
