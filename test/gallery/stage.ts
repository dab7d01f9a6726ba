/** Owns what the picture of a state needs: a server, a line to it that can fall silent, and somebody with a window of one kind. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import { BareClient } from "../harness/bare-client.ts";
import { ChaosProxy, FAIR, type Route } from "../harness/chaos-proxy.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { ServerProcess } from "../harness/server-process.ts";

/** Nothing is answered, and nothing refused. */
const SILENT: Route = { up: { stallAfterBytes: 0 }, down: { stallAfterBytes: 0 } };

type Act = "kick" | "mute" | "ban" | "revoke";

export class Stage implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #line: { route: Route };
  readonly #proxy: ChaosProxy;
  readonly #context: BrowserContext;
  readonly #others: BareClient[] = [];

  private constructor(
    server: ServerProcess,
    line: { route: Route },
    proxy: ChaosProxy,
    context: BrowserContext,
  ) {
    this.server = server;
    this.#line = line;
    this.#proxy = proxy;
    this.#context = context;
  }

  static async set(
    browser: Browser,
    window: BrowserContextOptions,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Stage> {
    await using made = new AsyncDisposableStack();
    const server = made.use(
      await ServerProcess.start({ ...NO_RATES, ROOMCAST_HEARTBEAT_MS: "1000", ...settings }),
    );
    const line = { route: FAIR };
    const proxy = made.use(await ChaosProxy.open(server.port, () => line.route));
    const context = await browser.newContext({ locale: "en-GB", ...window });
    made.move();
    return new Stage(server, line, proxy, context);
  }

  /** Goes to an address of the app by way of the line. */
  async open(path: string): Promise<Page> {
    const page = await this.#context.newPage();
    await page.goto(`http://127.0.0.1:${this.#proxy.port}${path}`);
    return page;
  }

  /** Goes there and says who they are. */
  async come(path: string, name = "Ada Park"): Promise<Page> {
    const page = await this.open(path);
    await page.getByRole("textbox", { name: "Your name" }).fill(name);
    await page.keyboard.press("Enter");
    return page;
  }

  async enter(room: string): Promise<Page> {
    const page = await this.come(`/r/${room}`);
    await page.getByRole("log").and(page.locator("[aria-busy=false]")).waitFor();
    return page;
  }

  async other(name: string, ...rooms: readonly string[]): Promise<BareClient> {
    const client = await BareClient.join(this.server.ws, { name, join: rooms.map((room) => ({ room })) });
    this.#others.push(client);
    return client;
  }

  /** What an operator does to Ada. */
  async moderate(act: Act, more: object = {}): Promise<void> {
    const found = await fetch(`${this.server.http}/v1/admin/clients?q=ada`);
    const { clients } = (await found.json()) as { clients: readonly { user: string }[] };
    for (const { user } of clients) await this.impose(act, user, more);
  }

  async impose(act: Act, user: string, more: object = {}): Promise<void> {
    await fetch(`${this.server.http}/v1/admin/moderation`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ act, user, ...more }),
    });
  }

  /** From now on nothing comes through, on what is open and on what will be. */
  silence({ isOnlyNew = false } = {}): void {
    this.#line.route = SILENT;
    if (!isOnlyNew) this.#proxy.stall("both");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    for (const { socket } of this.#others) socket.terminate();
    await this.#proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
