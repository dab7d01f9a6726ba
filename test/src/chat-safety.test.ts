/** Rules U-*, T30: what is typed never runs, everybody can use it, and it loads little: the chat in a real Chromium. */
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { seriousFaults } from "../harness/accessibility.ts";
import { BareClient } from "../harness/bare-client.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { until } from "../harness/until.ts";
import { type Visitor, Visitors } from "../harness/visitors.ts";
import { XSS_PAYLOADS } from "./xss-payloads.ts";

/** What the chat may load before one can talk, gzipped. */
const FIRST_LOAD_BYTES = 90_000;

describe("the chat's page", () => {
  let visitors: Visitors;
  let name: string;
  let made = 0;

  beforeAll(async () => {
    visitors = await Visitors.start({ ...NO_RATES, ROOMCAST_ROOMS_PER_SESSION: "0" });
  });
  afterAll(() => visitors[Symbol.asyncDispose]());
  beforeEach(() => {
    name = `safety-${(made += 1)}`;
  });
  afterEach(async () => {
    expect(await visitors.leave()).toEqual([]);
  });

  it(`U-XSS T30: ${XSS_PAYLOADS.length} payloads in message, edit, reaction, reply and name are text, and run nothing`, async () => {
    expect(XSS_PAYLOADS.length).toBeGreaterThanOrEqual(60);
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const asked: string[] = [];
    ada.page.on("request", (request) => asked.push(request.url()));
    ada.page.on("dialog", (dialog) => {
      asked.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const eve = await BareClient.join(visitors.server.ws, {
      name: XSS_PAYLOADS[0]!.slice(0, 64),
      join: [{ room: name }],
    });
    for (const [at, text] of XSS_PAYLOADS.entries()) {
      await eve.publish(name, "message", { text });
      const target = 1 + 4 * at;
      await eve.publish(name, "edit", { target, text: `${text} edited` });
      await eve.publish(name, "reaction", { target, emoji: text.slice(0, 32), on: true });
      await eve.publish(name, "message", { text: "a reply", replyTo: target });
    }
    await eve.publish(name, "message", { text: "the end" });
    for (const payload of XSS_PAYLOADS.slice(0, 12)) {
      const other = await BareClient.join(visitors.server.ws, {
        name: payload.slice(0, 64),
        join: [{ room: name }],
      });
      await other.close();
    }
    await ada.sees("the end");
    // Each of them is drawn once.
    await ada.stream.evaluate(async (log) => {
      for (let top = log.scrollHeight; top > 0; top -= 400) {
        log.scrollTop = top;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
    const wrong = await ada.page.evaluate(() => ({
      ran: Reflect.get(globalThis, "xss") as unknown,
      elements: document.querySelectorAll(
        "[role=log] :is(img:not(.x), script, iframe, object, embed, form, style, link, meta, base, video, audio, math, input)",
      ).length,
      handlers: [...document.querySelectorAll("[role=log] *")].filter((element) =>
        [...element.attributes].some(({ name }) => name.startsWith("on")),
      ).length,
      links: [...document.querySelectorAll<HTMLAnchorElement>("[role=log] a")]
        .map(({ protocol }) => protocol)
        .filter((protocol) => !["http:", "https:"].includes(protocol)),
    }));
    expect(wrong).toEqual({ ran: undefined, elements: 0, handlers: 0, links: [] });
    expect(asked.filter((url) => !url.startsWith(visitors.server.http))).toEqual([]);
    await eve.close();
  }, 60_000);

  it("U-XSS: payloads in the address are text too", async () => {
    const context = await visitors.browser.newContext();
    const page = await context.newPage();
    for (const payload of XSS_PAYLOADS.slice(0, 20)) {
      await page.goto(
        `${visitors.server.http}/r/${encodeURIComponent(payload)}?m=${encodeURIComponent(payload)}`,
      );
      await page.getByRole("link", { name: "Start page" }).waitFor();
      expect(await page.evaluate(() => Reflect.get(globalThis, "xss") as unknown)).toBeUndefined();
    }
    await context.close();
  });

  it("U-CSP: the policy stops a script and a style that got in all the same", async () => {
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const stopped = await ada.page.evaluate(async () => {
      const violations: string[] = [];
      const styleStopped = new Promise<void>((resolve) => {
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
          violations.push(effectiveDirective);
          if (effectiveDirective === "style-src-elem") resolve();
        });
      });
      const script = document.createElement("script");
      try {
        script.text = "globalThis.xss = 1";
      } catch {
        violations.push("require-trusted-types-for");
      }
      document.body.append(script);
      const style = document.createElement("style");
      style.textContent = "body { display: none }";
      document.body.append(style);
      await styleStopped;
      return { violations, ran: Reflect.get(globalThis, "xss") as unknown };
    });
    expect(stopped.ran).toBeUndefined();
    expect(stopped.violations).toEqual(
      expect.arrayContaining(["style-src-elem", "require-trusted-types-for"]),
    );
    await until("it was complained of", () => visitors.complaints.length > 0);
    visitors.complaints.length = 0;
  });

  /** Every state that a person can bring about, by what brings them there. */
  const screens: Record<string, (visitor: Visitor) => Promise<unknown>> = {
    "a room with everything in it": async (ada) => {
      await ada.say("**bold** `code` https://example.org\n\n```\nlet a\n```\n\n> quote");
      await ada.sees("bold");
      await ada.act("bold", "React");
      await ada.page.getByRole("button", { name: "React with 👍" }).click();
      await ada.act("bold", "Reply");
      await ada.say("a reply");
      await ada.sees("a reply");
      await ada.message("a reply").hover();
    },
    settings: (ada) => ada.page.getByRole("button", { name: /^Settings/ }).click(),
    keys: async (ada) => {
      await ada.page.keyboard.press("Control+/");
      await ada.page.getByRole("dialog").waitFor();
    },
    switcher: async (ada) => {
      await ada.page.keyboard.press("Control+k");
      await ada.page.getByRole("combobox").fill("new");
    },
    search: async (ada) => {
      await ada.page.keyboard.press("Control+Shift+F");
      await ada.page.getByRole("searchbox").fill("bold");
      await ada.page.getByText("1 message found").waitFor();
    },
    disconnected: (ada) => ada.page.getByRole("button", { name: "Disconnect" }).click(),
  };

  it("U-AXE: axe finds nothing serious on any screen, in light and dark", async () => {
    const ada = await visitors.enter(`/r/${name}`, "Ada", { reducedMotion: "reduce" });
    expect(["an empty room", await seriousFaults(ada.page)]).toEqual(["an empty room", []]);
    for (const [screen, show] of Object.entries(screens)) {
      await show(ada);
      expect([screen, await seriousFaults(ada.page)]).toEqual([screen, []]);
      const dialog = ada.page.getByRole("dialog");
      if (await dialog.isVisible()) await dialog.getByRole("button", { name: "Close" }).click();
      await dialog.waitFor({ state: "detached" });
    }
    const { http } = visitors.server;
    for (const address of ["/", "/r/no%20name"]) {
      await ada.page.goto(http + address);
      await ada.page.getByRole("heading").first().waitFor();
      expect([address, await seriousFaults(ada.page)]).toEqual([address, []]);
    }
  }, 60_000);

  it("U-LOG: the stream announces what is new and nothing that is loaded", async () => {
    const third = await BareClient.join(visitors.server.ws, { name: "Third", join: [{ room: name }] });
    for (let number = 1; number <= 60; number += 1)
      await third.publish(name, "message", { text: `old ${number}` });
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const live = (): Promise<string | null> => ada.stream.getAttribute("aria-live");
    await ada.sees("old 60");
    await until("it is live", async () => (await live()) === "polite");
    // All that is in it by now was added before.
    expect(await ada.stream.getAttribute("aria-relevant")).toBe("additions");
    await ada.stream.evaluate((log) => (log.scrollTop = 0));
    await until("it is silent", async () => (await live()) === "off");
    await third.close();
  });

  it(`U-SIZE: the chat's first load is at most ${FIRST_LOAD_BYTES} bytes of gzipped JavaScript`, async () => {
    const context = await visitors.browser.newContext();
    const page = await context.newPage();
    const scripts: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (new URL(response.url()).pathname.endsWith(".js")) scripts.push(response.body());
    });
    await page.goto(`${visitors.server.http}/r/${name}`);
    await page.getByRole("textbox", { name: "Your name" }).fill("Ada");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Message" }).waitFor();
    await page.getByText("Nobody has said anything yet").waitFor();
    const sizes = (await Promise.all(scripts)).map((script) => gzipSync(script).byteLength);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(FIRST_LOAD_BYTES);
    await context.close();
  });
});
