/** Owns the scenes of a connection that is lost, bad or back. */
import { banner, button, message, say, talking } from "./acts.ts";
import type { Scenes } from "./scene.ts";

export const lineScenes: Scenes = {
  offline: {
    play: talking(async (page, stage) => {
      await stage.server.kill();
      await banner(page).waitFor();
      await say(page, "Written while the server was away");
      await message(page, "Written while").getByText("Waits").waitFor();
    }),
  },
  reconnecting: {
    play: talking(async (page, stage) => {
      stage.silence({ isOnlyNew: true });
      await page.context().setOffline(true);
      await banner(page).waitFor();
      await page.context().setOffline(false);
      await page.getByText("Reconnecting…").first().waitFor();
    }),
  },
  blackholed: {
    play: talking(async (page, stage) => {
      stage.silence();
      await say(page, "Into the void");
      await banner(page).waitFor({ timeout: 30_000 });
    }),
  },
  disconnected: { play: talking((page) => button(page, "Disconnect").click()) },
  "away-and-back": {
    play: talking(async (page, stage) => {
      await button(page, "Disconnect").click();
      const cy = await stage.other("Cy", "launch");
      for (let at = 0; at < 4; at += 1) await cy.publish("launch", "message", { text: `Line ${at}` });
      await button(page, "Connect").click();
      await page.getByText("while you were disconnected").waitFor();
    }),
  },
  trimmed: {
    settings: { ROOMCAST_HISTORY_EVENTS: "5" },
    play: talking(async (page, stage) => {
      await button(page, "Disconnect").click();
      const cy = await stage.other("Cy", "launch");
      // So many too many wait for no sweep.
      for (let at = 0; at < 60; at += 1) await cy.publish("launch", "message", { text: `Line ${at}` });
      await button(page, "Connect").click();
      await page.getByText("Line 59").waitFor();
      await page.getByText("History was trimmed here").scrollIntoViewIfNeeded();
    }),
  },
};
