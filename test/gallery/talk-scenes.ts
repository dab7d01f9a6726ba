/** Owns the scenes of a conversation while all is well. */
import { act, button, message, say, talking } from "./acts.ts";
import type { Scenes } from "./scene.ts";
import { talk } from "./talk.ts";

export const talkScenes: Scenes = {
  empty: { play: (stage) => stage.enter("launch") },
  loading: {
    play: async (stage) => {
      const page = await stage.open("/r/launch");
      stage.silence();
      await page.getByRole("textbox").fill("Ada Park");
      await page.keyboard.press("Enter");
      await page.getByText("Entering the room…").waitFor({ state: "attached" });
      return page;
    },
  },
  talk: { play: talking() },
  hover: { play: talking((page) => message(page, "second paragraph").hover()) },
  focus: { play: talking((page) => message(page, "second paragraph").focus()) },
  typing: {
    play: talking(async (page, stage) => {
      const cy = await stage.other("Cy", "launch");
      cy.say({ type: "publish", id: "t", room: "launch", event: "typing", data: { on: true } });
      await page.getByText("Cy is typing…").waitFor();
      await page.getByRole("textbox", { name: "Message" }).fill("A draft that grows\nover three\nlines");
    }),
  },
  emoji: { play: talking((page) => act(page, "second paragraph", "React")) },
  reply: { play: talking((page) => act(page, "second paragraph", "Reply")) },
  edit: {
    play: talking(async (page) => {
      await say(page, "An own mesage");
      await message(page, "An own").and(page.locator("[data-offset]")).waitFor();
      await act(page, "An own", "Edit");
    }),
  },
  delete: {
    play: talking(async (page) => {
      await say(page, "An own message");
      await message(page, "An own").and(page.locator("[data-offset]")).waitFor();
      await act(page, "An own", "Delete");
    }),
  },
  private: {
    play: talking(async (page) => {
      if ((page.viewportSize()?.width ?? 0) < 1024) await button(page, /show who/).click();
      await button(page, "Write to Bo privately").click();
      await say(page, "Between us: is it really done?");
      await page.getByText("not kept").first().waitFor();
    }),
  },
  "new-divider": {
    play: async (stage) => {
      const others = await talk(stage, "launch");
      const page = await stage.enter("launch");
      await page.waitForFunction(() =>
        Object.keys(localStorage).some((key) => key.startsWith("roomcast.read.")),
      );
      const { pathname, origin } = new URL(page.url());
      await page.goto("about:blank");
      for (const other of others) await other.publish("launch", "message", { text: "While you were out." });
      await page.goto(origin + pathname);
      await page.getByText("3 new messages").waitFor();
      return page;
    },
  },
  "scrolled-up": {
    play: talking(async (page, stage) => {
      const cy = await stage.other("Cy", "launch");
      for (let at = 0; at < 30; at += 1) await cy.publish("launch", "message", { text: `Line ${at}` });
      await message(page, "Line 29").waitFor();
      await page.getByRole("log").evaluate((log) => (log.scrollTop -= 500));
      await button(page, "Jump to latest").waitFor();
      await cy.publish("launch", "message", { text: "And another" });
      await button(page, "1 new message").waitFor();
    }),
  },
  search: {
    play: talking(async (page) => {
      await page.keyboard.press("Control+Shift+F");
      await page.getByRole("searchbox").fill("the");
      await page.getByText(/messages? found/).waitFor();
    }),
  },
  switcher: {
    play: talking(async (page) => {
      await page.keyboard.press("Control+K");
      await page.getByRole("dialog").waitFor();
    }),
  },
  keys: {
    play: talking(async (page) => {
      await page.keyboard.press("Control+/");
      await page.getByRole("dialog").waitFor();
    }),
  },
  settings: {
    play: talking(async (page) => {
      if ((page.viewportSize()?.width ?? 0) < 768) await button(page, /^Rooms/).click();
      await button(page, /^Settings/).click();
      await page.getByText("As the system").waitFor();
    }),
  },
  rooms: {
    play: talking(async (page) => {
      if ((page.viewportSize()?.width ?? 0) < 768) await button(page, /^Rooms/).click();
    }),
  },
  "long-words": {
    play: async (stage) => {
      const room = "a-room-whose-name-is-as-long-as-names-of-rooms-ever-are-where-people-name-them";
      const cy = await stage.other("Pneumonoultramicroscopicsilicovolcanoconiosis", room);
      const say = (text: string, more: object = {}) => cy.publish(room, "message", { text, ...more });
      await say(`Donau${"dampfschifffahrts".repeat(14)}gesellschaft`);
      await say(`https://example.org/${"a-path-of-many-parts/".repeat(9)}?and=${"x".repeat(80)}`);
      await say(`\`${"code_without_a_space".repeat(10)}\``, { replyTo: 1 });
      await say("שלום, זה משפט מימין לשמאל עם word באמצע.");
      await say("👩‍👩‍👧‍👦🏳️‍🌈 1️⃣", { replyTo: 2 });
      const page = await stage.enter(room);
      await message(page, "👩‍👩‍👧‍👦").waitFor();
      return page;
    },
  },
  crowd: {
    play: talking(async (page, stage) => {
      for (let at = 0; at < 260; at += 1) await stage.other(`Visitor ${at}`, "launch");
      await page
        .getByText(/^(264|\+263)$/)
        .first()
        .waitFor({ state: "attached" });
      if ((page.viewportSize()?.width ?? 0) < 1024) await button(page, /show who/).click();
    }),
  },
  members: {
    play: talking(async (page, stage) => {
      for (const name of ["Wilhelmina Featherstonehaugh-Cholmondeley", "李小龙", "محمد", "x"])
        await stage.other(name, "launch");
      if ((page.viewportSize()?.width ?? 0) < 1024) await button(page, /show who/).click();
    }),
  },
};
