/** Rules U-*: what the chat says of its connection and of rooms that are shut, and how it keeps up, in a real Chromium. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { ChaosProxy, FAIR, type Route } from "../harness/chaos-proxy.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { until } from "../harness/until.ts";
import { Visitors } from "../harness/visitors.ts";

/** As short as a client accepts it, so that silence is found out soon. */
const HEARTBEAT_MS = 1_000;
/** PROTOCOL.md: nothing came for so long after a ping, and the socket is dead. */
const PONG_TIMEOUT_MS = 8_000;
/** For a busy machine. */
const SLACK_MS = 3_000;

const BLACK_HOLE: Route = { up: { stallAfterBytes: 0 }, down: { stallAfterBytes: 0 } };

describe("the connection in a browser", () => {
  let visitors: Visitors;
  let name: string;
  let made = 0;

  beforeAll(async () => {
    visitors = await Visitors.start({
      ...NO_RATES,
      ROOMCAST_ROOMS_PER_SESSION: "2",
      ROOMCAST_HEARTBEAT_MS: String(HEARTBEAT_MS),
    });
  });
  afterAll(() => visitors[Symbol.asyncDispose]());
  beforeEach(() => {
    name = `connection-${(made += 1)}`;
  });
  afterEach(async () => {
    expect(await visitors.leave()).toEqual([]);
  });

  it("U-BANNER D22: a lost connection says why, when it tries again, and what waits; coming back says what was missed", async () => {
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const banner = ada.page.getByRole("region", { name: "Connection trouble" });
    await ada.say("before");
    // It is shown before it is kept; only what has an offset is no longer waiting.
    await ada.stream.locator('[data-offset="1"]').waitFor();
    await visitors.server.kill();
    await ada.dot("closed");
    await banner.getByText("The connection was lost.").waitFor();
    await banner.getByText(/Reconnecting in \d+ s\./).waitFor();
    await ada.say("written offline");
    await ada.message("written offline").getByText("Waits for the connection").waitFor();
    await banner.getByText("1 message will be sent then.").waitFor();
    await banner.getByRole("button", { name: "Stop trying" }).click();
    await banner.getByText("Nothing arrives here until you are connected again.").waitFor();
    await visitors.server.boot();
    const third = await BareClient.join(visitors.server.ws, { name: "Third", join: [{ room: name }] });
    for (const text of ["missed 1", "missed 2"]) await third.publish(name, "message", { text });
    await ada.page.getByRole("button", { name: "Connect", exact: true }).click();
    await ada.dot("open");
    await banner.waitFor({ state: "detached" });
    await ada.sees("2 messages while you were disconnected");
    await ada.sees("written offline");
    await ada.page.getByText("1 reconnect").waitFor();
    expect(await ada.times("written offline")).toBe(1);
    await until("the third has it", () => third.texts(name).includes("written offline"));
    expect(third.texts(name).filter((text) => text === "written offline")).toHaveLength(1);
    await third.close();
  });

  it("U-BLACKHOLE C-LIVENESS: a connection that nobody answers is not called one beyond its time, whatever is tried, and heals", async () => {
    let route = FAIR;
    const proxy = await ChaosProxy.open(visitors.server.port, () => route);
    const ada = await visitors.enter(`http://127.0.0.1:${proxy.port}/r/${name}`, "Ada");
    const banner = ada.page.getByRole("region", { name: "Connection trouble" });
    await ada.page.evaluate(() => {
      const dot = document.querySelector("[data-tone]")!;
      const tones = [{ tone: "open", at: performance.now() }];
      const look = (): number => tones.push({ tone: dot.getAttribute("data-tone")!, at: performance.now() });
      new MutationObserver(look).observe(dot, { attributes: true });
      Object.assign(globalThis, { tones });
    });
    const tones = (): Promise<{ tone: string; at: number }[]> =>
      ada.page.evaluate(() => Reflect.get(globalThis, "tones") as { tone: string; at: number }[]);

    route = BLACK_HOLE;
    proxy.stall("both");
    const before = proxy.connections;
    const stalledAt = await ada.page.evaluate(() => performance.now());
    await ada.say("into the void");
    await ada.message("into the void").getByText("Sending…").waitFor();
    await banner.getByText("The server stopped answering.").waitFor();
    await ada.message("into the void").getByText("Waits for the connection").waitFor();
    const [, lost] = await tones();
    expect(lost?.at).toBeLessThan(stalledAt + HEARTBEAT_MS + PONG_TIMEOUT_MS + SLACK_MS);

    // The next attempts are swallowed as well.
    await until("it is tried again", () => proxy.connections > before);
    expect((await tones()).slice(1).map(({ tone }) => tone)).not.toContain("open");
    proxy.heal();
    await ada.dot("open");
    await ada.stream.locator('[data-offset="1"]').waitFor();
    expect(await ada.times("into the void")).toBe(1);
    await visitors.leave();
    await proxy[Symbol.asyncDispose]();
  }, 40_000);

  it("U-CLOSED C7: a room that the server refuses says so, and the others go on", async () => {
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const field = ada.page.getByRole("textbox", { name: "Open a room" });
    await field.fill(`${name}-second`);
    await field.press("Enter");
    await ada.page.getByRole("log", { name: `Conversation in ${name}-second` }).waitFor();
    await field.fill(`${name}-third`);
    await field.press("Enter");
    await ada.page.getByRole("heading", { name: "You cannot enter this room" }).waitFor();
    await ada.page.getByText("You are in as many rooms as this server allows.").waitFor();
    expect(await ada.page.getByRole("region", { name: "Who is here" }).count()).toBe(0);
    await ada.page.goBack();
    await ada.say("still here");
    await ada.sees("still here");
  });

  it("U-CLOSED R-BAN: who is banned from a room is told why, and until when", async () => {
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const admin = `${visitors.server.http}/v1/admin`;
    const found = await fetch(`${admin}/clients?room=${name}&q=Ada`);
    const { clients } = (await found.json()) as { clients: { user: string }[] };
    const ban = { act: "ban", user: clients[0]?.user, room: name, reason: "off topic", forMs: 3_600_000 };
    const headers = { "content-type": "application/json" };
    await fetch(`${admin}/moderation`, { method: "POST", headers, body: JSON.stringify(ban) });
    await ada.page.getByRole("heading", { name: "You are no longer in this room" }).waitFor();
    for (const words of [
      "You were banned from it.",
      "The reason given: off topic",
      /^You may come back after /,
    ])
      await ada.page.getByText(words).waitFor();
    await ada.page.getByRole("button", { name: `Enter ${name} again` }).click();
    await ada.page.getByText(/^You are banned until .*: off topic$/).waitFor();
  });

  it("U-FLOOD: 200 events a second are followed to the last, and the stream stays bounded", async () => {
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const third = await BareClient.join(visitors.server.ws, { name: "Third", join: [{ room: name }] });
    const COUNT = 1_500;
    await Promise.all(
      Array.from({ length: COUNT }, (_, number) =>
        third.publish(name, "message", { text: `event ${number}.` }),
      ),
    );
    await ada.sees(`event ${COUNT - 1}.`);
    const shown = await ada.stream.getByText(/^event \d+\.$/).allTextContents();
    const last = shown.slice(-100);
    expect(last).toEqual(Array.from({ length: 100 }, (_, at) => `event ${COUNT - 100 + at}.`));
    await until("few are drawn", async () => (await ada.stream.getByRole("article").count()) < 400);
    await ada.say("heard all of it");
    await ada.sees("heard all of it");
    await third.close();
  });
});
