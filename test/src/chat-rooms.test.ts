/** Rules U-*: rooms, people, keys, languages and screens of the chat, in a real Chromium. */
import { createHmac } from "node:crypto";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { overflowOf } from "../harness/browser.ts";
import { until } from "../harness/until.ts";
import { type Visitor, Visitors } from "../harness/visitors.ts";

const SECRET = "a secret for these tests alone, 32+";

/** A token of a user, as an application would sign it. */
function tokenOf(user: string, name: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 600;
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user, name, exp })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

describe("rooms in a browser", () => {
  let visitors: Visitors;
  let name: string;
  let room: string;
  let made = 0;

  beforeAll(async () => {
    visitors = await Visitors.start({ ROOMCAST_JWT_SECRET: SECRET, ROOMCAST_GUESTS: "allow" });
  });
  afterAll(() => visitors[Symbol.asyncDispose]());
  beforeEach(() => {
    name = `rooms-${(made += 1)}`;
    room = `/r/${name}`;
  });
  afterEach(async () => {
    expect(await visitors.leave()).toEqual([]);
  });

  const icon = ({ page }: Visitor): Promise<string | null> =>
    page.locator("link[rel=icon]").getAttribute("href");

  it("U-SWITCH: the switcher finds a room by a part of its name, and makes one of a name that is new", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.page.keyboard.press("Control+k");
    const box = ada.page.getByRole("combobox", { name: "Switch room" });
    await box.fill(`${name} two`);
    await ada.page.getByRole("option", { name: `Open ${name}-two` }).waitFor();
    await box.press("Enter");
    await ada.page.getByRole("log", { name: `Conversation in ${name}-two` }).waitFor();
    expect(new URL(ada.page.url()).pathname).toBe(`${room}-two`);
    await ada.page.keyboard.press("Control+k");
    await box.fill(name.slice(2));
    await ada.page.getByRole("option", { name, exact: true }).waitFor();
    await box.press("Enter");
    await ada.page.getByRole("log", { name: `Conversation in ${name}`, exact: true }).waitFor();
    await ada.page.keyboard.press("Control+k");
    await box.press("Escape");
    await box.waitFor({ state: "detached" });
  });

  it("U-UNREAD: what is unread is counted in the list, the title and the icon, in rooms of an earlier visit too", async () => {
    const [ada, bob] = [await visitors.enter(room, "Ada"), await visitors.enter(room, "Bob")];
    await bob.say("one");
    await ada.sees("one");
    await ada.page.waitForFunction(() =>
      Object.keys(localStorage).some((key) => key.startsWith("roomcast.read.")),
    );
    await ada.page.goto(`${visitors.server.http}${room}-quiet`);
    await ada.dot("open");
    await bob.say("two");
    await bob.say("three");
    await ada.page.getByRole("navigation", { name: "Rooms" }).getByText("2 unread").waitFor();
    await until("the title tells", async () => (await ada.page.title()) === `(2) #${name}-quiet · Roomcast`);
    expect(await icon(ada)).toBe("/favicon-unread.svg");
    await ada.page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name }).first().click();
    await ada.sees("2 new messages");
    await until("nothing is unread", async () => (await icon(ada)) === "/favicon.svg");
    expect(await ada.page.title()).toBe(`#${name} · Roomcast`);
  });

  it("U-PEOPLE: a person with two tabs is one person, and comes and goes once", async () => {
    const ada = await visitors.enter(room, "Ada");
    const people = ada.page.getByRole("region", { name: "Who is here" });
    const tab = (): Promise<BareClient> =>
      BareClient.join(visitors.server.ws, { token: tokenOf("bob", "Bob"), join: [{ room: name }] });
    const [first, second] = [await tab(), await tab()];
    await people.getByText("×2").waitFor();
    expect(await people.getByRole("button", { name: "Write to Bob privately" }).count()).toBe(1);
    await first.close();
    await people.getByText("×2").waitFor({ state: "detached" });
    await people.getByRole("button", { name: "Write to Bob privately" }).waitFor();
    await second.close();
    await ada.sees("Bob joined and left");
    expect(await people.getByText("Bob").count()).toBe(0);
  });

  it("U-TYPING: several who type are named, each until they stop", async () => {
    const [ada, bob, cy] = [
      await visitors.enter(room, "Ada"),
      await visitors.enter(room, "Bob"),
      await visitors.enter(room, "Cy"),
    ];
    await bob.box.pressSequentially("I");
    await cy.box.pressSequentially("I");
    await ada.page.getByText("Bob and Cy are typing…").waitFor();
    await bob.box.fill("");
    await ada.page.getByText("Cy is typing…").waitFor();
  });

  it("U-KEYS: the keys are listed, and go through the messages without a pointer", async () => {
    const ada = await visitors.enter(room, "Ada");
    const inBox = (): Promise<boolean> => ada.box.evaluate((box) => box === document.activeElement);
    for (const text of ["first", "second"]) await ada.say(text);
    await ada.sees("second");
    await ada.stream.focus();
    await ada.page.keyboard.press("?");
    const keys = ada.page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await keys.getByText("Switch to another room").waitFor();
    await ada.page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
    await ada.stream.focus();
    await ada.page.keyboard.press("ArrowUp");
    await ada.page.keyboard.press("ArrowUp");
    await ada.page.keyboard.press("+");
    await ada.page.keyboard.press("Enter");
    await ada.message("first").getByRole("button", { name: "👍 1: You" }).waitFor();
    await ada.stream.focus();
    await ada.page.keyboard.press("ArrowUp");
    await ada.page.keyboard.press("r");
    await ada.page.getByText("Replying to Ada").waitFor();
    expect(await inBox()).toBe(true);
    await ada.box.pressSequentially("why?");
    expect(await ada.box.inputValue()).toBe("why?");
    await ada.page.keyboard.press("Shift+Tab");
    expect(await inBox()).toBe(false);
    await ada.stream.focus();
    await ada.page.keyboard.press("ArrowUp");
    await ada.page.keyboard.press("Escape");
    expect(await inBox()).toBe(true);
  });

  it("U-KEYS: the first stop leads past rooms and messages to the text box, and is seen while one is there", async () => {
    const ada = await visitors.enter(room, "Ada");
    const skip = ada.page.getByRole("button", { name: "Skip to the text box" });
    const shown = (): Promise<boolean> =>
      skip.evaluate((button) => getComputedStyle(button).clipPath === "none");
    await ada.page.getByRole("textbox", { name: "Open a room" }).focus();
    expect(await shown()).toBe(false);
    await ada.page.keyboard.press("Shift+Tab");
    expect(await shown()).toBe(true);
    await ada.page.keyboard.press("Enter");
    expect(await ada.box.evaluate((box) => box === document.activeElement)).toBe(true);
    expect(await shown()).toBe(false);
  });

  it("U-LANGUAGE: the app speaks the browser's language or the chosen one", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.page.getByRole("button", { name: "Settings, Ada" }).click();
    await ada.page.getByRole("radio", { name: "Deutsch" }).check();
    await ada.page.getByRole("heading", { name: "Einstellungen" }).waitFor();
    await ada.page.keyboard.press("Escape");
    await ada.page.getByRole("button", { name: "Senden" }).waitFor();
    await ada.page.reload();
    await ada.page.getByRole("textbox", { name: "Nachricht" }).waitFor();
    expect(await ada.page.locator("html").getAttribute("lang")).toBe("de");
    const context = await visitors.browser.newContext({ locale: "de-CH" });
    const page = await context.newPage();
    await page.goto(`${visitors.server.http}${room}`);
    await page.getByRole("textbox", { name: "Dein Name" }).waitFor();
    await context.close();
  });

  it("U-THEME: the colours are the system's, or those that were chosen", async () => {
    const ada = await visitors.enter(room, "Ada", { colorScheme: "dark" });
    const ground = (): Promise<string> =>
      ada.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    await ada.page.getByRole("button", { name: "Settings, Ada" }).click();
    await ada.page.getByRole("radio", { name: "Light" }).check();
    const light = await ground();
    expect(light).not.toBe(dark);
    await ada.page.reload();
    await ada.box.waitFor();
    expect(await ground()).toBe(light);
  });

  it("U-ALERTS: notifications and sound are off until somebody turns them on; a notification leads to its room", async () => {
    const ada = await visitors.enter(room, "Ada", { permissions: ["notifications"] });
    const bob = await visitors.enter(room, "Bob");
    await ada.page.evaluate(() => {
      const told: string[] = [];
      class Told extends EventTarget {
        static readonly permission = "granted";
        onclick?: () => void;
        constructor(title: string, { body }: NotificationOptions) {
          super();
          told.push(`${title}: ${body ?? ""}`);
        }
      }
      Object.assign(globalThis, { Notification: Told, told });
    });
    const told = (): Promise<string[]> =>
      ada.page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
    await ada.page.getByRole("textbox", { name: "Open a room" }).fill(`${name}-other`);
    await ada.page.keyboard.press("Enter");
    await ada.page.getByRole("log", { name: `Conversation in ${name}-other` }).waitFor();
    await bob.say("unheard");
    await ada.page.getByText("1 unread").waitFor();
    expect(await told()).toEqual([]);
    await ada.page.getByRole("button", { name: "Settings, Ada" }).click();
    expect(await ada.page.getByLabel("Play a sound").isChecked()).toBe(false);
    await ada.page.getByLabel("Show a notification").check();
    await ada.page.keyboard.press("Escape");
    await bob.say("heard");
    await until("it was told", async () => (await told()).length > 0);
    expect(await told()).toEqual([`Bob · #${name}: heard`]);
  });

  it("U-PHONE: on a phone one column is shown, nothing is wider than it, and the rest is a tap away", async () => {
    const ada = await visitors.enter(room, "Ada", { viewport: { width: 360, height: 740 }, hasTouch: true });
    await ada.say("a word that has no end: ".padEnd(300, "x"));
    await ada.stream.getByText("no end").waitFor();
    expect(await overflowOf(ada.page)).toBe(0);
    await ada.message("no end").tap();
    await ada.page.getByRole("button", { name: "React", exact: true }).tap();
    await ada.page.getByRole("button", { name: "React with 👍" }).tap();
    await ada.page.getByRole("button", { name: "👍 1: You" }).waitFor();
    await ada.page.getByRole("button", { name: "Rooms" }).click();
    await ada.page.getByRole("dialog", { name: "Rooms" }).getByRole("link", { name }).click();
    await ada.page.getByRole("button", { name: "1 here, show who" }).click();
    await ada.page.getByRole("dialog", { name: "Who is here" }).getByText("you").waitFor();
  });

  it("U-PHONE: on glass buttons are as large as a fingertip, no field is so small that a phone zooms into it, and no keyboard comes unasked", async () => {
    const ada = await visitors.enter(room, "Ada", { viewport: { width: 390, height: 740 }, hasTouch: true });
    const small = (within: string): Promise<string[]> =>
      ada.page.evaluate((selector) => {
        const found = document.querySelectorAll(`${selector} :is(.button, input, textarea)`);
        return [...found].flatMap((element) => {
          const { width, height } = element.getBoundingClientRect();
          const isField = !element.matches(".button, [type=radio], [type=checkbox]");
          const text = parseFloat(getComputedStyle(element).fontSize);
          const fits = isField ? text >= 16 && height >= 44 : width >= 44 && height >= 44;
          return fits || element.matches("[type=checkbox]")
            ? []
            : [`${width}x${height} ${element.outerHTML}`];
        });
      }, within);
    expect(await small("main")).toEqual([]);
    await ada.page.getByRole("button", { name: "Rooms" }).click();
    await ada.page.getByRole("dialog").waitFor();
    expect(await small("dialog")).toEqual([]);
    const isTyping = (): Promise<boolean> =>
      ada.page.evaluate(() => document.activeElement?.matches("input, textarea") === true);
    expect(await isTyping()).toBe(false);
    await ada.page.getByRole("button", { name: "Settings, Ada" }).click();
    await ada.page.getByRole("heading", { name: "Settings" }).waitFor();
    expect(await small("dialog")).toEqual([]);
    expect(await isTyping()).toBe(false);
  });

  it("U-PHONE: on the narrowest screen nothing stands on anything else, however long a name is", async () => {
    const ada = await visitors.enter(room, "Ada".repeat(20), { viewport: { width: 320, height: 568 } });
    await ada.say("first");
    await ada.act("first", "Reply");
    await ada.say("an answer");
    const quote = ada.message("an answer").getByRole("link");
    await quote.waitFor();
    const boxes = [quote, ada.page.getByRole("heading", { name })].map((one) => one.boundingBox());
    for (const box of await Promise.all(boxes)) expect(box!.x + box!.width).toBeLessThanOrEqual(320);
    const [faces, search] = await Promise.all(
      ["1 here, show who", "Search"].map((label) =>
        ada.page.getByRole("button", { name: label }).boundingBox(),
      ),
    );
    expect(faces!.y + faces!.height).toBeLessThanOrEqual(search!.y);
  });

  it("U-PHONE: on the narrowest screen each face to react with is whole, and so is why one may not write", async () => {
    const WIDTH = 320;
    const ada = await visitors.enter(room, "Ada", {
      viewport: { width: WIDTH, height: 568 },
      hasTouch: true,
    });
    await ada.say("first");
    await ada.message("first").tap();
    await ada.page.getByRole("button", { name: "React", exact: true }).tap();
    const faces = await ada.page.getByRole("button", { name: /^React with / }).all();
    const boxes = await Promise.all(faces.map((face) => face.boundingBox()));
    expect(boxes).toHaveLength(8);
    for (const box of boxes) {
      expect(box!.x).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width).toBeLessThanOrEqual(WIDTH);
    }
    const admin = `${visitors.server.http}/v1/admin`;
    const found = await fetch(`${admin}/clients?room=${name}&q=Ada`);
    const { clients } = (await found.json()) as { clients: { user: string }[] };
    const mute = {
      act: "mute",
      user: clients[0]?.user,
      reason: "off topic, again and again",
      forMs: 86_400_000,
    };
    const headers = { "content-type": "application/json" };
    await fetch(`${admin}/moderation`, { method: "POST", headers, body: JSON.stringify(mute) });
    await ada.say("second");
    await ada.page.getByText("Not sent.").waitFor();
    const why = await ada.page.getByText(/You are muted until /).all();
    expect(why).toHaveLength(2);
    for (const text of why)
      expect(await text.evaluate((line) => line.getBoundingClientRect().right)).toBeLessThanOrEqual(WIDTH);
  });

  it("U-RTL: a list and a quote run as their words do", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.say("- واحد\n- اثنان\n\n> اقتباس");
    await ada.message("واحد").waitFor();
    const direction = (of: string): Promise<string> =>
      ada
        .message("واحد")
        .locator(of)
        .evaluate((element) => getComputedStyle(element).direction);
    expect([await direction("ul"), await direction("blockquote")]).toEqual(["rtl", "rtl"]);
  });

  it("U-RTL: from right to left, the columns change sides, and nothing is wider than the page", async () => {
    for (const width of [1280, 360]) {
      const ada = await visitors.enter(room, "عدا", { viewport: { width, height: 700 } });
      await ada.say("مرحبا **بالعالم** https://example.org");
      await ada.page.evaluate(() => (document.documentElement.dir = "rtl"));
      expect(await overflowOf(ada.page)).toBe(0);
      const box = (await ada.box.boundingBox())!;
      const send = (await ada.page.getByRole("button", { name: "Send" }).boundingBox())!;
      expect(send.x).toBeLessThan(box.x);
      if (width < 1024) continue;
      const rooms = (await ada.page.getByRole("navigation", { name: "Rooms" }).boundingBox())!;
      const people = (await ada.page.getByRole("region", { name: "Who is here" }).boundingBox())!;
      expect(rooms.x).toBeGreaterThan(people.x);
    }
  });

  it("U-PWA: it can be installed: a manifest with icons, each of its own size", async () => {
    const { http } = visitors.server;
    const page = await (await fetch(`${http}/`)).text();
    const [, address = ""] = /<link rel="manifest" href="([^"]+)"/.exec(page) ?? [];
    const response = await fetch(http + address);
    expect(response.headers.get("content-type")).toContain("application/manifest+json");
    const manifest = (await response.json()) as {
      readonly start_url: string;
      readonly display: string;
      readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string }[];
    };
    expect([manifest.start_url, manifest.display]).toEqual(["/", "standalone"]);
    for (const { src, sizes, type } of manifest.icons) {
      const icon = await fetch(http + src);
      expect(icon.headers.get("content-type")).toContain(type);
      if (type !== "image/png") continue;
      const bytes = Buffer.from(await icon.arrayBuffer());
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
    }
    expect(manifest.icons.map(({ sizes }) => sizes)).toContain("512x512");
  });
});
