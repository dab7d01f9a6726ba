/** Owns the scenes outside a room: the way in, and addresses that lead nowhere. */
import type { Scenes } from "./scene.ts";

export const welcomeScenes: Scenes = {
  welcome: { play: (stage) => stage.open("/r/launch") },
  "wrong-room": { play: (stage) => stage.open("/r/no%20such%20room") },
  nothing: { play: (stage) => stage.open("/r/") },
  unloaded: {
    play: async (stage) => {
      const page = await stage.open("/r/launch");
      await page.route("**/TickerView*.js", (route) => route.abort());
      await page.goto(new URL("/ticker", page.url()).href);
      await page.getByRole("button", { name: "Reload the page" }).waitFor();
      return page;
    },
  },
};
