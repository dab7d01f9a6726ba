/**
 * Draws every state of every screen, in light and dark, on a phone and on the narrowest, for somebody to look at: `gallery FOLDER
 * [SCENE…]`. Needs the built server and a Chromium (ROOMCAST_CHROMIUM).
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";

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

interface Window {
  readonly options: BrowserContextOptions;
  /** What becomes of the page for one more picture each, in this order. */
  readonly then: Readonly<Record<string, (page: Page) => Promise<void>>>;
}

const dark = (page: Page): Promise<void> => page.emulateMedia({ colorScheme: "dark" });
const light = (page: Page): Promise<void> => page.emulateMedia({ colorScheme: "light" });
const narrow = (page: Page): Promise<void> => page.setViewportSize({ width: 320, height: 568 });

const windows: Readonly<Record<string, Window>> = {
  wide: { options: { viewport: { width: 1180, height: 720 } }, then: { dark } },
  phone: {
    options: { viewport: { width: 390, height: 740 }, hasTouch: true },
    then: { "phone-dark": dark, "narrow-dark": narrow, narrow: light },
  },
};

/** A change of colours is at its end, and the caret where it is. */
const AT_REST = { animations: "disabled", caret: "initial" } as const;

const browser = await launch();
const failed: string[] = [];
for (const [name, { settings, play }] of Object.entries(scenes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [kind, { options, then }] of Object.entries(windows)) {
    try {
      await using stage = await Stage.set(browser, { reducedMotion: "reduce", ...options }, settings);
      const page = await play(stage);
      const draw = (as: string) => page.screenshot({ ...AT_REST, path: join(folder, `${name}.${as}.png`) });
      await draw(kind);
      for (const [as, change] of Object.entries(then)) {
        await change(page);
        await draw(as);
      }
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
