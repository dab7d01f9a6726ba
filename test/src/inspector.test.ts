/** The inspector in a real Chromium, over a server with real clients: each of its sections, its door, and what it does to clients. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { seriousFaults } from "../harness/accessibility.ts";
import { BareClient } from "../harness/bare-client.ts";
import { launch, overflowOf, resize } from "../harness/browser.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

describe("the inspector", () => {
  let browser: Browser;
  let server: ServerProcess;
  const pages: Page[] = [];
  const clients: BareClient[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    server = await ServerProcess.start({ ROOMCAST_DURABILITY: "process", ...NO_RATES });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
    for (const { socket } of clients.splice(0)) socket.terminate();
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(section = "", at = server): Promise<Page> {
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    pages.push(page);
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${at.http}/inspect${section}`);
    return page;
  }

  async function member(name: string, room: string): Promise<BareClient> {
    const client = await BareClient.join(server.ws, { name, join: [{ room }] });
    clients.push(client);
    return client;
  }

  const live = (page: Page): Locator => page.getByRole("status", { name: "Stream" });
  const row = (page: Page, table: string, text: string | RegExp): Locator =>
    page.getByRole("table", { name: table }).getByRole("row").filter({ hasText: text });
  const happened = (page: Page, word: string): Locator =>
    page.getByRole("region", { name: "Timeline" }).getByText(word, { exact: true });

  it("H-ADMIN-LOOK: the overview follows the server, with its rates, and says when it no longer does", async () => {
    const [ada] = [await member("Ada", "overview"), await member("Bob", "overview")];
    const page = await open();
    await live(page).getByText("Live").waitFor();
    const figure = (label: string): Locator => page.getByRole("figure").filter({ hasText: label });
    const value = async (label: string): Promise<string> =>
      ((await figure(label).locator(".value").first().textContent()) ?? "").trim();
    await until("both are counted", async () => (await value("Connections")) === "2");
    const talking = setInterval(
      () =>
        ada.say({
          type: "publish",
          id: crypto.randomUUID(),
          room: "overview",
          event: "message",
          data: { text: "x" },
        }),
      100,
    );
    await until("events come in", async () => Number(await value("Events in")) > 0);
    await until("they are timed", async () =>
      /p99\s*[\d.]+ ms/.test((await figure("Publish to deliver").textContent()) ?? ""),
    );
    clearInterval(talking);
    await server.kill();
    await live(page).getByText("No answer: these figures are old").waitFor();
    await server.boot();
    await live(page).getByText("Live").waitFor();
  });

  it("H-ADMIN-LOOK H-ADMIN-TIMELINE: from the rooms to one room, to one of its members, and to what happened to it", async () => {
    const ada = await member("Ada", "walk-through");
    const page = await open("#rooms");
    await page.getByRole("searchbox", { name: "Find a room" }).fill("walk");
    await row(page, "Rooms", "walk-through").getByRole("link").click();
    await page.getByRole("heading", { name: /walk-through/ }).waitFor();
    await row(page, "Members of walk-through", "Ada").getByRole("link").click();
    await happened(page, "connected").waitFor();
    ada.say({ type: "publish", id: "1", room: "not-mine", event: "message", data: { text: "x" } });
    await happened(page, "refused").waitFor();
    await page.getByText("publish in #not-mine: not_joined").waitFor();
    ada.socket.terminate();
    await happened(page, "closed").waitFor();
    await page.getByText("It is not connected now.").waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: /walk-through/ }).waitFor();
  });

  it("H-ADMIN-LOOK: a reader that takes nothing stands first among the slow ones", async () => {
    const slow = await member("Sleepy", "slow");
    await member("Awake", "slow");
    slow.socket.pause();
    const page = await open("#clients");
    await page.getByRole("combobox", { name: "Order" }).selectOption("queued");
    const first = page.getByRole("table", { name: "Clients" }).getByRole("row").nth(1);
    const data = "x".repeat(50_000);
    // What the system's own buffers take is none of the server's; then it shows, before the server closes it.
    await until("it shows", async () => {
      await fetch(`${server.http}/v1/rooms/slow/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ event: "load", data }),
      });
      const { clients: queued } = (await (
        await fetch(`${server.http}/v1/admin/clients?order=queued`)
      ).json()) as {
        clients: { queuedBytes: number }[];
      };
      return (queued[0]?.queuedBytes ?? 0) > 65_536;
    });
    await first.getByText("Sleepy").waitFor();
    await first.getByText(/KiB$/).waitFor();
  });

  it("H-ADMIN-ACT: a kick asks first, then ends the client for good", async () => {
    const ada = await member("Ada", "kicks");
    const page = await open(`#clients/${ada.id}`);
    await page.getByRole("button", { name: "Kick…" }).click();
    await page.getByRole("dialog", { name: "Kick Ada?" }).getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(ada.ended).toBeUndefined();
    await page.getByRole("button", { name: "Kick…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Kick", exact: true }).click();
    await until("the client is told", () => ada.ended?.code === 4506);
    await page.getByText("Kicked: it cannot come back as itself.").waitFor();
    await page.getByText("It is not connected now.").waitFor();
    await page.getByRole("heading", { name: /Ada$/ }).waitFor();
    await happened(page, "closed").waitFor();
  });

  it("H-ADMIN-ACT: a disconnect asks first, then ends the socket", async () => {
    const ada = await member("Ada", "disconnects");
    const page = await open(`#clients/${ada.id}`);
    await page.getByRole("button", { name: "Disconnect…" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Disconnect…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect", exact: true }).click();
    await until("the socket is closed", () => ada.ended?.code === 1001);
  });

  it("H-ADMIN-TAIL: events go by as the filter wants, hold still when paused, and what went by is counted", async () => {
    const [ada, bob] = [await member("Ada", "tail-a"), await member("Bob", "tail-b")];
    const page = await open("#tail");
    const events = page.getByRole("list", { name: "Events" });
    const say = (client: BareClient, room: string, text: string): void => {
      client.say({ type: "publish", id: crypto.randomUUID(), room, event: "message", data: { text } });
    };
    const seen = (text: string): Locator => events.getByRole("listitem").filter({ hasText: text });
    const untilSeen = async (text: string, again: () => void): Promise<void> =>
      until(`${text} goes by`, async () => {
        again();
        return (await seen(text).count()) > 0;
      });
    await untilSeen("first", () => say(ada, "tail-a", "first"));
    await page.getByRole("searchbox", { name: "Only this room" }).fill("tail-b*");
    await page.getByRole("button", { name: "Clear" }).click();
    await untilSeen("of Bob", () => {
      say(ada, "tail-a", "of Ada");
      say(bob, "tail-b", "of Bob");
    });
    await page.getByRole("button", { name: "Clear" }).click();
    await untilSeen("later", () => {
      say(ada, "tail-a", "of Ada");
      say(bob, "tail-b", "later");
    });
    expect(await seen("of Ada").count()).toBe(0);
    await seen("later").first().locator("summary").click();
    // Others may have come on top of the one that is open.
    await page
      .getByText(/offset \d+/)
      .filter({ visible: true })
      .waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    say(bob, "tail-b", "unseen");
    await page.getByText(/\d went by unseen/).waitFor();
    expect(await seen("unseen").count()).toBe(0);
    await page.getByRole("button", { name: "Go on" }).click();
    await untilSeen("again", () => say(bob, "tail-b", "again"));
  });

  it("H-ADMIN-CONTRACT H-ADMIN-ACT: an event of the contract, with its schema, is sent, and refused when it does not fit", async () => {
    const ada = await member("Ada", "contract");
    const page = await open("#contract");
    await page.getByRole("link", { name: "message" }).click();
    await page.getByLabel("Schema").getByText('"maxLength": 4000').waitFor();
    await page.getByRole("textbox", { name: "Room" }).fill("contract");
    const data = page.getByRole("textbox", { name: "Data" });
    await data.fill('{"text":""}');
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(/^Refused: message\.text/).waitFor();
    await data.fill("{");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("The data is not JSON.").waitFor();
    await data.fill('{"text":"from the operator"}');
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Sent, and kept as number 1.").waitFor();
    const event = await ada.hear("event");
    expect(event).toMatchObject({
      data: { text: "from the operator" },
      from: { clientId: null, user: "operator" },
    });
  });

  it("H-ADMIN-WHO: where a token is wanted it is asked for, and kept until the tab is closed", async () => {
    await using guarded = await ServerProcess.start({ ROOMCAST_ADMIN_TOKEN: "a-token-that-nobody-guesses" });
    const page = await open("", guarded);
    const token = page.getByLabel("Admin token");
    await token.fill("another-token-altogether");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("That is not the token.").waitFor();
    await token.fill("a-token-that-nobody-guesses");
    await page.getByRole("button", { name: "Open" }).click();
    await live(page).getByText("Live").waitFor();
    await page.reload();
    await live(page).getByText("Live").waitFor();
    await using asked = await browser.newContext().then((context) => ({
      context,
      [Symbol.asyncDispose]: () => context.close(),
    }));
    const another = await asked.context.newPage();
    await another.goto(`${guarded.http}/inspect`);
    await another.getByLabel("Admin token").waitFor();
  });

  it("H-ADMIN-MODERATE: from a client to its user, who is muted, banned from a room and kicked, told why, and freed again", async () => {
    const ada = await member("Ada", "unruly");
    const page = await open(`#clients/${ada.id}`);
    await page.getByRole("link", { name: "Mute, ban…" }).click();
    const { user } = ada.welcome;
    expect(await page.getByLabel("User", { exact: true }).inputValue()).toBe(user);
    await page.getByLabel("Reason").fill("too loud");
    await page.getByRole("button", { name: "Mute", exact: true }).click();
    await row(page, "Imposed", "muted").getByText("everywhere").waitFor();
    ada.say({ type: "publish", id: "p", room: "unruly", event: "message", data: { text: "HELLO" } });
    expect(await ada.hear("error", ({ id }) => id === "p")).toMatchObject({ message: "muted: too loud" });
    await page.getByRole("button", { name: `Lift: ${user} muted` }).click();
    await page.getByText("Nothing is imposed on anybody.").waitFor();
    await page.getByRole("combobox", { name: "What" }).selectOption("ban");
    await page.getByLabel("Room", { exact: true }).fill("unruly");
    await page.getByLabel("For how many minutes").fill("5");
    await page.getByRole("button", { name: "Ban", exact: true }).click();
    expect(await ada.hear("left")).toMatchObject({ room: "unruly", reason: "banned", message: "too loud" });
    await row(page, "Imposed", "banned").getByRole("link", { name: "unruly" }).waitFor();
    await page.getByRole("button", { name: `Lift: ${user} banned` }).click();
    await page.getByText(`${user} is free of it.`).waitFor();
    await page.getByRole("combobox", { name: "What" }).selectOption("kick");
    await page.getByLabel("Room", { exact: true }).fill("");
    await page.getByRole("button", { name: "Kick", exact: true }).click();
    await until("it is out", () => ada.ended?.code === 4506);
    await page.getByLabel("User", { exact: true }).fill("x".repeat(256));
    await page.getByRole("button", { name: "Kick", exact: true }).click();
    await page.getByText("Not done:").waitFor();
  });

  it("U-PHONE H-ADMIN-MODERATE: where there is no room beside who is banned, where, until when and why stand below", async () => {
    const page = await open("#users");
    await page.getByLabel("User", { exact: true }).fill("mallory");
    await page.getByRole("combobox", { name: "What" }).selectOption("ban");
    await page.getByLabel("Room", { exact: true }).fill("a-room-with-quite-a-long-name");
    await page.getByLabel("For how many minutes").fill("5");
    await page.getByLabel("Reason").fill("spam, three times");
    await page.getByRole("button", { name: "Ban", exact: true }).click();
    const whole = row(page, "Imposed", "mallory");
    await whole.getByText("spam, three times").waitFor();
    const below = row(page, "Imposed", /^Room .*Reason/);
    expect(await below.count()).toBe(0);
    await resize(page, { width: 320, height: 568 });
    await below.getByText(/^Ends in [45] min/).waitFor();
    for (const told of ["a-room-with-quite-a-long-name", "spam, three times"])
      expect(await below.getByText(told).isVisible()).toBe(true);
    expect(await overflowOf(page)).toBe(0);
    const table = page.getByRole("table", { name: "Imposed" });
    expect(await table.evaluate((it) => it.scrollWidth - (it.parentElement?.clientWidth ?? 0))).toBe(0);
    await page.getByRole("button", { name: "Lift: mallory banned" }).click();
    await page.getByText("Nothing is imposed on anybody.").waitFor();
  });

  it("U-LANGUAGE U-RTL: each section speaks the browser's language, and from right to left nothing is wider than the page", async () => {
    const ada = await member("Ada", "deutsch");
    await using german = await browser.newContext({ locale: "de-DE" });
    const page = await german.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${server.http}/inspect`);
    await page.getByRole("status", { name: "Datenstrom" }).getByText("Live").waitFor();
    for (const [section, text] of [
      ["overview", "Räume in Gebrauch"],
      ["rooms", "Die meisten Mitglieder zuerst"],
      ["rooms/deutsch", "Aufbewahrte Ereignisse"],
      ["clients", "Langsame Leser zuerst"],
      [`clients/${ada.id}`, "Hinauswerfen …"],
      ["users", "Niemandem ist etwas auferlegt."],
      ["tail/deutsch", "Anhalten"],
      ["contract/message", "Eines senden, als Betreiber"],
    ] as const) {
      await page.goto(`${server.http}/inspect#${section}`);
      await page.getByText(text).first().waitFor({ state: "attached" });
      for (const width of [1280, 360]) {
        await resize(page, { width, height: 800 });
        await page.evaluate(() => (document.documentElement.dir = "rtl"));
        expect([section, width, await overflowOf(page)]).toEqual([section, width, 0]);
      }
    }
  });

  it("axe finds nothing serious in any section, in light and dark", async () => {
    const ada = await member("Ada", "axe");
    const page = await open();
    await live(page).getByText("Live").waitFor();
    for (const [section, ready] of [
      ["overview", page.getByText("Rooms in use")],
      ["rooms", row(page, "Rooms", "axe")],
      ["rooms/axe", row(page, "Members of axe", "Ada")],
      ["clients", row(page, "Clients", "Ada")],
      [`clients/${ada.id}`, happened(page, "connected")],
      ["users", page.getByText("Nothing is imposed on anybody.")],
      ["tail/axe", page.getByText("Live.")],
      ["contract/message", page.getByLabel("Schema")],
    ] as const) {
      await page.goto(`${server.http}/inspect#${section}`);
      await ready.first().waitFor();
      expect([section, await seriousFaults(page)]).toEqual([section, []]);
    }
    await page.goto(`${server.http}/inspect#clients/${ada.id}`);
    await page.getByRole("button", { name: "Kick…" }).click();
    expect(await seriousFaults(page)).toEqual([]);
  });
});
