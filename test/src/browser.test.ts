/** Rows A13, C8, C10, C11, D2, D3, D5 in a real Chromium: people in a room, a reload, and a server that is killed. */
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { launch, visit } from "../harness/browser.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
}

describe("in a browser", () => {
  let browser: Browser;
  let server: ServerProcess;
  let room: string;
  let made = 0;
  const open: Person[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    server = await ServerProcess.start();
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    room = `browser-${(made += 1)}`;
    complaints.length = 0;
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ context }) => context.close()));
  });

  async function enter(name: string): Promise<Person> {
    const person = await visit(browser, `${server.http}/r/${room}`, name);
    open.push(person);
    person.page.on("pageerror", (error) => complaints.push(error.message));
    await dot(person, "open");
    await person.page.getByRole("region", { name: "Who is here" }).getByText(name, { exact: true }).waitFor();
    return person;
  }

  const stream = ({ page }: Person): Locator => page.getByRole("log");
  const status = ({ page }: Person): Locator => page.getByRole("status", { name: "Connection" });

  async function say({ page }: Person, text: string): Promise<void> {
    await page.getByRole("textbox", { name: "Message" }).fill(text);
    await page.getByRole("button", { name: "Send" }).click();
  }

  async function sees(person: Person, text: string): Promise<void> {
    await stream(person).getByText(text, { exact: true }).first().waitFor();
  }

  const times = (person: Person, text: string): Promise<number> =>
    stream(person).getByText(text, { exact: true }).count();

  const WORDS = { open: "Connected", closed: "Disconnected" } as const;

  /** The dot has this tone, and words that say the same. */
  async function dot(person: Person, tone: keyof typeof WORDS): Promise<void> {
    await until(`the dot is ${tone}`, async () => (await status(person).getAttribute("data-tone")) === tone);
    expect(await status(person).textContent()).toContain(WORDS[tone]);
  }

  it("C10 C11 D3 D5: two people see each other live, joins, messages and leaves", async () => {
    const ada = await enter("Ada");
    const bob = await enter("Bob");
    await sees(ada, "Bob joined");
    await say(ada, "hello Bob");
    await sees(bob, "hello Bob");
    await say(bob, "hello Ada");
    await sees(ada, "hello Ada");
    expect(await times(ada, "hello Bob")).toBe(1);
    await bob.page.getByRole("button", { name: "Disconnect" }).click();
    await sees(ada, "Bob left");
    expect(complaints).toEqual([]);
  });

  it("B3: typing is told to everybody but the one who types", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    await bob.page.getByRole("textbox", { name: "Message" }).pressSequentially("I am about to");
    await ada.page.getByText("Bob is typing").waitFor();
    expect(await bob.page.getByText("Bob is typing").count()).toBe(0);
  });

  it("B4: a private message reaches one person, and is in nobody's history", async () => {
    const [ada, bob, eve] = [await enter("Ada"), await enter("Bob"), await enter("Eve")];
    await ada.page.getByRole("button", { name: "Write to Bob privately" }).click();
    await say(ada, "for Bob only");
    await sees(bob, "for Bob only");
    await ada.page.getByRole("button", { name: "Write to everybody again" }).click();
    await say(ada, "for everybody");
    await sees(eve, "for everybody");
    expect(await times(eve, "for Bob only")).toBe(0);
  });

  it("C8: a reload keeps the history, in its order", async () => {
    const ada = await enter("Ada");
    for (const text of ["first", "second", "third"]) await say(ada, text);
    await sees(ada, "third");
    await ada.page.reload();
    await dot(ada, "open");
    await sees(ada, "third");
    const shown = (await stream(ada).textContent()) ?? "";
    expect(["first", "second", "third"].map((text) => shown.indexOf(text))).toEqual(
      ["first", "second", "third"].map((text) => shown.indexOf(text)).sort((a, b) => a - b),
    );
    expect(await times(ada, "second")).toBe(1);
  });

  it("C5 C8: a room that was left for another shows, on coming back, what came meanwhile, once", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    const rooms = ada.page.getByRole("navigation", { name: "Rooms" });
    await say(bob, "before");
    await sees(ada, "before");
    await ada.page.getByRole("textbox", { name: "Open a room" }).fill(`${room}-other`);
    await ada.page.keyboard.press("Enter");
    await ada.page.getByRole("log", { name: `Conversation in ${room}-other` }).waitFor();
    await say(bob, "meanwhile");
    await rooms.getByText("1 unread").waitFor();
    await rooms.getByRole("link", { name: room, exact: false }).first().click();
    await sees(ada, "meanwhile");
    expect(await times(ada, "before")).toBe(1);
    expect(await times(ada, "meanwhile")).toBe(1);
  });

  it("A13 D2: Disconnect turns the dot red, Connect turns it green again", async () => {
    const ada = await enter("Ada");
    await ada.page.getByRole("button", { name: "Disconnect" }).click();
    await dot(ada, "closed");
    await ada.page.getByRole("button", { name: "Connect", exact: true }).click();
    await dot(ada, "open");
  });

  it("D2 S1 S2 S3: SIGKILL turns the dot red; it comes back green by itself, and what was sent meanwhile is there once, in order", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    await say(ada, "before");
    await sees(bob, "before");
    await server.kill();
    await Promise.all([dot(ada, "closed"), dot(bob, "closed")]);
    // Ada has no network until the third has spoken; Bob comes back while it speaks.
    await ada.context.setOffline(true);
    await server.boot();
    const third = await BareClient.join(server.ws, { name: "Third", join: [{ room }] });
    const meanwhile = Array.from({ length: 20 }, (_, index) => `meanwhile ${index + 1}`);
    for (const text of meanwhile) await third.publish(room, "message", { text });
    await ada.context.setOffline(false);
    await Promise.all([dot(ada, "open"), dot(bob, "open")]);
    for (const person of [ada, bob]) {
      await sees(person, "meanwhile 20");
      const shown = await stream(person)
        .getByText(/^(before|meanwhile \d+)$/)
        .allTextContents();
      expect(shown).toEqual(["before", ...meanwhile]);
    }
    await say(ada, "after");
    await sees(bob, "after");
    await third.close();
    expect(complaints).toEqual([]);
  });
});
