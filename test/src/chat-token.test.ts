/** Rule U-TOKEN: the app on a server that takes nobody without a token. */
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { seriousFaults } from "../harness/accessibility.ts";
import { overflowOf, resize } from "../harness/browser.ts";
import { JWT_SECRET, tokenOf } from "../harness/tokens.ts";
import { until } from "../harness/until.ts";
import { type Visitor, Visitors } from "../harness/visitors.ts";

const PHONE = { width: 360, height: 640 };

describe("U-TOKEN a server that takes nobody without a token", () => {
  let visitors: Visitors;

  beforeAll(async () => {
    visitors = await Visitors.start({ ROOMCAST_STORE: "memory", ROOMCAST_JWT_SECRET: JWT_SECRET });
  });
  afterAll(() => visitors[Symbol.asyncDispose]());

  const field = ({ page }: Visitor): Locator => page.getByLabel("Token");
  const kept = ({ page }: Visitor): Promise<string[]> =>
    page.evaluate(() =>
      [...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((key) => key.includes("token")),
    );

  async function signIn(visitor: Visitor, token: string): Promise<void> {
    await field(visitor).fill(token);
    await visitor.page.getByRole("button", { name: "Sign in" }).click();
  }

  it("asks for one in the chat, keeps it for this tab alone, and forgets it once it is refused", async () => {
    const ada = await visitors.enter("/r/general", "Ada", { isRefused: true });
    await ada.page.getByRole("heading", { name: "You need to sign in" }).waitFor();
    await ada.page.getByText("This server lets nobody in without a token.").waitFor();
    for (const gone of [ada.stream, ada.box, ada.page.getByRole("region", { name: "Connection trouble" })])
      expect(await gone.count(), "there is one thing to do, and nothing has gone wrong").toBe(0);
    await ada.page.getByText("To try it out, make one").click();
    await ada.page.getByText("roomcast token --user ada").waitFor();
    await field(ada).waitFor();
    expect(await ada.page.getByText("Entering the room…").count(), "nobody is entering anything").toBe(0);
    expect(await seriousFaults(ada.page)).toEqual([]);
    await resize(ada.page, PHONE);
    expect(await overflowOf(ada.page)).toBe(0);

    await signIn(ada, "no token");
    await until("it is asked for anew", async () => (await field(ada).inputValue()) === "");
    await ada.page.getByRole("alert").getByText("The server did not accept who you are.").waitFor();
    expect(await kept(ada)).toEqual([]);

    const token = tokenOf("ada");
    await signIn(ada, token);
    await ada.dot("open");
    await field(ada).waitFor({ state: "detached" });
    await ada.say("signed in");
    await ada.sees("signed in");
    expect(await kept(ada)).toEqual(["roomcast.token"]);
    expect(ada.page.url()).not.toContain(token);

    await ada.page.reload();
    await ada.dot("open");
    await ada.sees("signed in");

    const revoked = await fetch(`${visitors.server.http}/v1/admin/moderation`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ act: "revoke", user: "ada" }),
    });
    expect(revoked.status).toBe(200);
    await ada.dot("closed");
    await field(ada).waitFor();
    expect(await kept(ada)).toEqual([]);
    expect(await visitors.leave()).toEqual([]);
  });

  it("asks for one at the ticker too", async () => {
    const context = await visitors.browser.newContext({ locale: "de-DE" });
    const page = await context.newPage();
    await page.goto(`${visitors.server.http}/ticker`);
    await page.getByRole("main").getByRole("heading", { name: "Du musst dich anmelden" }).waitFor();
    await page.getByLabel("Token").fill(tokenOf("bob"));
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Anmelden" }).click();
    await page.getByRole("status", { name: "Verbindung" }).and(page.locator("[data-tone=open]")).waitFor();
    await context.close();
  });
});
