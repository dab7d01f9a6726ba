/**
 * Draws every state of every screen, in light, dark and on a phone, for somebody to look at: `gallery FOLDER [SCENE…]`. Needs the
 * built server and a Chromium (ROOMCAST_CHROMIUM).
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions } from "playwright-core";

import { launch } from "../harness/browser.ts";
import { inspectorScenes } from "./inspector-scenes.ts";
import { limitScenes } from "./limit-scenes.ts";
import { lineScenes } from "./line-scenes.ts";
import type { Scenes } from "./scene.ts";
import { Stage } from "./stage.ts";
import { talkScenes } from "./talk-scenes.ts";
import { tickerScenes } from "./ticker-scenes.ts";
import { welcomeScenes } from "./welcome-scenes.ts";

const scenes: Scenes = {
  ...{ ...welcomeScenes, ...talkScenes, ...lineScenes, ...limitScenes },
  ...{ ...tickerScenes, ...inspectorScenes },
};

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error("gallery FOLDER [SCENE…]");
mkdirSync(folder, { recursive: true });

const windows: Readonly<Record<string, BrowserContextOptions & { readonly dark?: true }>> = {
  wide: { viewport: { width: 1180, height: 720 }, reducedMotion: "reduce", dark: true },
  phone: { viewport: { width: 390, height: 740 }, reducedMotion: "reduce", hasTouch: true },
};

/** A change of colours is at its end, and the caret where it is. */
const AT_REST = { animations: "disabled", caret: "initial" } as const;

const browser = await launch();
const failed: string[] = [];
for (const [name, { settings, play }] of Object.entries(scenes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [kind, { dark, ...window }] of Object.entries(windows)) {
    try {
      await using stage = await Stage.set(browser, window, settings);
      const page = await play(stage);
      await page.screenshot({ ...AT_REST, path: join(folder, `${name}.${kind}.png`) });
      if (dark === undefined) continue;
      await page.emulateMedia({ colorScheme: "dark" });
      await page.screenshot({ ...AT_REST, path: join(folder, `${name}.dark.png`) });
    } catch (error) {
      failed.push(`${name}, ${kind}: ${String(error)}`);
    }
  }
}
await browser.close();
if (failed.length > 0) {
  console.error(failed.join("\n"));
  process.exitCode = 1;
}
