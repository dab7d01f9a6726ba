/** Owns every state of every screen that is worth a picture: how one comes there, and what must be seen before it is taken. */
import type { Page } from "playwright-core";

import type { Stage } from "./stage.ts";
import { talk } from "./talk.ts";

export interface Scene {
  readonly settings?: Readonly<Record<string, string>>;
  readonly play: (stage: Stage) => Promise<Page>;
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: typeof name === "string" });
const message = (page: Page, text: string) =>
  page.getByRole("log").getByRole("article").filter({ hasText: text }).last();
const banner = (page: Page) => page.getByRole("region", { name: "Connection trouble" });

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await button(page, "Send").click();
}

async function act(page: Page, text: string, name: string): Promise<void> {
  await message(page, text).focus();
  await button(page, name).first().click();
}

/** In the middle of a conversation. */
const talking =
  (then: (page: Page, stage: Stage) => Promise<unknown> = async () => undefined): Scene["play"] =>
  async (stage) => {
    await talk(stage, "launch");
    const page = await stage.enter("launch");
    await message(page, "any more").waitFor();
    await then(page, stage);
    return page;
  };

const inspecting =
  (hash: (stage: Stage) => Promise<string>, seen: string | RegExp): Scene["play"] =>
  async (stage) => {
    const place = await hash(stage);
    const page = await stage.open(`/inspect#${place}`);
    await page.getByText(seen).first().waitFor({ state: "attached" });
    return page;
  };

/** Somebody talks while the operator looks on. */
const busy =
  (hash: string, seen: string | RegExp): Scene["play"] =>
  async (stage) => {
    const [noor] = await talk(stage, "launch");
    await stage.other("Sleepy reader", "launch", "random", "team:ops");
    const place = hash.replace("{client}", noor?.id ?? "");
    const page = await stage.open(`/inspect#${place}`);
    for (let at = 0; at < 25; at += 1) {
      await noor?.publish("launch", "message", { text: `Step ${at} is done.` });
      await page.waitForTimeout(100);
    }
    await page.getByText(seen).first().waitFor({ state: "attached" });
    return page;
  };

async function tick(stage: Stage, symbol: string, price: number): Promise<void> {
  await fetch(`${stage.server.http}/v1/rooms/ticker/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event: "tick", data: { symbol, price, time: 0 } }),
  });
}

async function ticking(stage: Stage): Promise<Page> {
  const page = await stage.open("/ticker");
  for (let at = 0; at < 60; at += 1) {
    for (const [symbol, base] of [
      ["ACME", 64],
      ["NOVA", 312],
      ["QUBE", 0.042],
      ["ZETA", 1_820],
    ] as const)
      await tick(stage, symbol, base * (1 + Math.sin(at / 7 + base) / 40 + at / 4_000));
    await page.waitForTimeout(60);
  }
  return page;
}

export const scenes: Readonly<Record<string, Scene>> = {
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
  trimmed: {
    settings: { ROOMCAST_HISTORY_EVENTS: "5" },
    play: talking(async (page, stage) => {
      await button(page, "Disconnect").click();
      const cy = await stage.other("Cy", "launch");
      for (let at = 0; at < 30; at += 1) await cy.publish("launch", "message", { text: `Line ${at}` });
      await button(page, "Connect").click();
      await page.getByText("Line 29").waitFor();
      await page.getByRole("log").evaluate((log) => (log.scrollTop = log.scrollHeight - 900));
    }),
  },
  "away-and-back": {
    play: talking(async (page, stage) => {
      await button(page, "Disconnect").click();
      const cy = await stage.other("Cy", "launch");
      for (let at = 0; at < 4; at += 1) await cy.publish("launch", "message", { text: `Line ${at}` });
      await button(page, "Connect").click();
      await page.getByText("while you were disconnected").waitFor();
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
  members: {
    play: talking(async (page, stage) => {
      for (const name of ["Wilhelmina Featherstonehaugh-Cholmondeley", "李小龙", "محمد", "x"])
        await stage.other(name, "launch");
      if ((page.viewportSize()?.width ?? 0) < 1024) await button(page, /show who/).click();
    }),
  },
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
  forbidden: {
    settings: { ROOMCAST_GUEST_ROOMS: "launch=join,publish,history,presence,direct" },
    play: async (stage) => {
      const page = await stage.open("/r/secret");
      await page.getByRole("textbox").fill("Ada Park");
      await page.keyboard.press("Enter");
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
  kicked: {
    play: talking(async (page, stage) => {
      const { clients } = (await (await fetch(`${stage.server.http}/v1/admin/clients?q=ada`)).json()) as {
        clients: { clientId: string }[];
      };
      for (const { clientId } of clients)
        await fetch(`${stage.server.http}/v1/admin/clients/${clientId}/kick`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ room: "launch" }),
        });
      await page.getByRole("heading", { name: "You are no longer in this room" }).waitFor();
    }),
  },
  removed: {
    play: talking(async (page, stage) => {
      const { clients } = (await (await fetch(`${stage.server.http}/v1/admin/clients?q=ada`)).json()) as {
        clients: { clientId: string }[];
      };
      for (const { clientId } of clients)
        await fetch(`${stage.server.http}/v1/admin/clients/${clientId}/kick`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: "{}",
        });
      await banner(page).waitFor();
    }),
  },
  "ticker-empty": {
    play: async (stage) => {
      const page = await stage.open("/ticker");
      await page.getByText("No prices yet").waitFor();
      return page;
    },
  },
  "ticker-live": { play: ticking },
  "ticker-stale": {
    play: async (stage) => {
      const page = await ticking(stage);
      await page
        .getByText(/^no tick for/)
        .first()
        .waitFor({ timeout: 30_000 });
      return page;
    },
  },
  "ticker-cut": {
    play: async (stage) => {
      const page = await ticking(stage);
      await stage.server.kill();
      await page.getByText(/^Not connected/).waitFor();
      return page;
    },
  },
  "inspect-closed": {
    settings: { ROOMCAST_ADMIN_TOKEN: "a-token-that-nobody-guesses" },
    play: inspecting(async () => "overview", "For operators"),
  },
  "inspect-overview-idle": { play: inspecting(async () => "overview", "Rooms in use") },
  "inspect-rooms-idle": { play: inspecting(async () => "rooms", "Nobody is in any room.") },
  "inspect-clients-idle": { play: inspecting(async () => "clients", "Nobody is connected.") },
  "inspect-tail-idle": { play: inspecting(async () => "tail", "Nothing has gone by yet.") },
  "inspect-overview": { play: busy("overview", "Rooms in use") },
  "inspect-rooms": { play: busy("rooms", "launch") },
  "inspect-room": { play: busy("rooms/launch", "Noor Haddad") },
  "inspect-clients": { play: busy("clients", "Noor Haddad") },
  "inspect-client": { play: busy("clients/{client}", "What happened") },
  "inspect-tail": { play: busy("tail", "Step") },
  "inspect-contract": { play: inspecting(async () => "contract/message", "Send one, as the operator") },
  "inspect-kick": {
    play: async (stage) => {
      const page = await busy("clients/{client}", "What happened")(stage);
      await button(page, "Kick…").click();
      await page.getByRole("dialog").waitFor();
      return page;
    },
  },
  "inspect-dead": {
    play: async (stage) => {
      const page = await busy("overview", "Rooms in use")(stage);
      await stage.server.kill();
      await page.getByText("No answer: these figures are old").waitFor();
      return page;
    },
  },
};
