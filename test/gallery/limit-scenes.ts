/** Owns the scenes of what somebody may not do, and of whoever is not let in, silenced or taken out. */
import { JWT_SECRET, tokenOf } from "../harness/tokens.ts";
import { banner, button, message, say, talking } from "./acts.ts";
import type { Scenes } from "./scene.ts";

const A_DAY_MS = 86_400_000;
/** Long enough to sign in and to say something. */
const TOKEN_LIFE_S = 8;
const SIGNED_IN = { ROOMCAST_JWT_SECRET: JWT_SECRET };

export const limitScenes: Scenes = {
  forbidden: {
    settings: { ROOMCAST_GUEST_ROOMS: "launch=join,publish,history,presence,direct" },
    play: async (stage) => {
      const page = await stage.come("/r/secret");
      await page.getByRole("heading", { name: "You cannot enter this room" }).waitFor();
      return page;
    },
  },
  "read-only": {
    settings: { ROOMCAST_GUEST_ROOMS: "*=join,history,presence" },
    play: async (stage) => {
      const page = await stage.enter("launch");
      await say(page, "May I?");
      await page.getByRole("group", { name: "Not delivered" }).waitFor();
      return page;
    },
  },
  "rate-limited": {
    settings: { ROOMCAST_MESSAGES_PER_SECOND: "1" },
    play: async (stage) => {
      const page = await stage.enter("launch");
      for (let at = 0; at < 8; at += 1) await say(page, `Message ${at}`);
      return page;
    },
  },
  "too-long": {
    play: talking((page) => page.getByRole("textbox", { name: "Message" }).fill("word ".repeat(840))),
  },
  muted: {
    play: talking(async (page, stage) => {
      await stage.moderate("mute", { room: "launch", reason: "off topic", forMs: A_DAY_MS });
      await say(page, "One more thing");
      await message(page, "One more thing").getByText("You are muted").waitFor();
    }),
  },
  kicked: {
    play: talking(async (page, stage) => {
      await stage.moderate("kick", { room: "launch", reason: "this is the quiet room" });
      await page.getByRole("heading", { name: "You are no longer in this room" }).waitFor();
    }),
  },
  banned: {
    play: talking(async (page, stage) => {
      await stage.moderate("ban", { room: "launch", reason: "spam", forMs: A_DAY_MS });
      await page.getByText("You were banned from it.").waitFor();
    }),
  },
  "banned-again": {
    play: talking(async (page, stage) => {
      await stage.moderate("ban", { room: "launch", reason: "spam", forMs: A_DAY_MS });
      await button(page, "Enter launch again").click();
      await page.getByRole("heading", { name: "You cannot enter this room" }).waitFor();
    }),
  },
  "banned-everywhere": {
    play: talking(async (page, stage) => {
      await stage.moderate("ban", { reason: "spam", forMs: A_DAY_MS });
      await banner(page).waitFor();
    }),
  },
  removed: {
    play: talking(async (page, stage) => {
      await stage.moderate("kick");
      await banner(page).waitFor();
    }),
  },
  "token-wanted": {
    settings: SIGNED_IN,
    play: async (stage) => {
      const page = await stage.come("/r/launch");
      await page.getByLabel("Token").waitFor();
      return page;
    },
  },
  "token-trial": {
    settings: SIGNED_IN,
    play: async (stage) => {
      const page = await stage.come("/r/launch");
      await page.getByText("To try it out, make one").click();
      return page;
    },
  },
  "token-refused": {
    settings: SIGNED_IN,
    play: async (stage) => {
      const page = await stage.come("/r/launch");
      await page.getByLabel("Token").fill("not.a.token");
      await button(page, "Sign in").click();
      await page.getByText("The server did not accept who you are.").waitFor();
      return page;
    },
  },
  "token-impossible": {
    settings: SIGNED_IN,
    play: async (stage) => {
      const page = await stage.come("/r/launch");
      await page.getByLabel("Token").fill("x".repeat(100_000));
      await button(page, "Sign in").click();
      await page.getByText("That cannot be a token.").waitFor();
      return page;
    },
  },
  "token-expired": {
    settings: SIGNED_IN,
    play: async (stage) => {
      const page = await stage.come("/r/launch");
      const exp = Math.floor(Date.now() / 1000) + TOKEN_LIFE_S;
      await page.getByLabel("Token").fill(tokenOf("ada", { exp }));
      await button(page, "Sign in").click();
      await page.getByRole("log").and(page.locator("[aria-busy=false]")).waitFor();
      await say(page, "Said while signed in");
      await banner(page).getByText("Your token has expired.").waitFor();
      return page;
    },
  },
};
