/** Owns people who use the chat in a real Chromium, each with a profile of their own, and what they see and do there. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";

import { launch } from "./browser.ts";
import { ServerProcess } from "./server-process.ts";
import { until } from "./until.ts";

const WORDS = { open: "Connected", closed: "Disconnected" } as const;

export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  get stream(): Locator {
    return this.page.getByRole("log");
  }

  get box(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  /** The dot has this tone, and words that say the same. */
  async dot(tone: keyof typeof WORDS): Promise<void> {
    const status = this.page.getByRole("status", { name: "Connection" });
    await until(`the dot is ${tone}`, async () => (await status.getAttribute("data-tone")) === tone);
    await status.getByText(WORDS[tone], { exact: true }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.stream.getByText(text, { exact: true }).first().waitFor();
  }

  times(text: string): Promise<number> {
    return this.stream.getByText(text, { exact: true }).count();
  }

  /** The message with these words. */
  message(text: string): Locator {
    return this.stream.getByRole("article").filter({ hasText: text });
  }

  /** Presses a button of the message with these words. */
  async act(text: string, action: string): Promise<void> {
    const message = this.message(text).last();
    await message.hover();
    await message.getByRole("button", { name: action, exact: true }).click();
  }
}

export class Visitors implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly browser: Browser;
  /** What any page threw, and what any policy of it forbade. */
  readonly complaints: string[] = [];
  readonly #open: Visitor[] = [];

  private constructor(server: ServerProcess, browser: Browser) {
    this.server = server;
    this.browser = browser;
  }

  static async start(env: Record<string, string> = {}): Promise<Visitors> {
    await using started = new AsyncDisposableStack();
    const browser = started.use(await launch());
    const server = started.use(await ServerProcess.start(env));
    started.move();
    return new Visitors(server, browser);
  }

  /** Somebody new goes to an address of the app, by way of a proxy when it is a whole one, and says who they are. */
  async enter(
    address: string,
    name: string,
    { isRefused = false, ...options }: BrowserContextOptions & { isRefused?: boolean } = {},
  ): Promise<Visitor> {
    const context = await this.browser.newContext({ locale: "en-GB", ...options });
    const page = await context.newPage();
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) this.complaints.push(message.text());
    });
    const visitor = new Visitor(context, page);
    this.#open.push(visitor);
    await page.goto(new URL(address, this.server.http).href);
    await page.getByRole("textbox", { name: /name/i }).fill(name);
    await page.keyboard.press("Enter");
    if (isRefused) return visitor;
    await visitor.box.waitFor();
    await visitor.dot("open");
    await page.getByRole("log").and(page.locator("[aria-busy=false]")).waitFor();
    return visitor;
  }

  /** All go. @returns what was wrong on any of their pages. */
  async leave(): Promise<string[]> {
    await Promise.all(this.#open.splice(0).map(({ context }) => context.close()));
    return this.complaints.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    await this.browser.close();
    await this.server[Symbol.asyncDispose]();
  }
}
