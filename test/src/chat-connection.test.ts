/** Rules U-*: what the chat says of its connection and of rooms that are shut, and how it keeps up, in a real Chromium. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { until } from "../harness/until.ts";
import { Visitors } from "../harness/visitors.ts";

describe("the connection in a browser", () => {
  let visitors: Visitors;
  let name: string;
  let made = 0;

  beforeAll(async () => {
    visitors = await Visitors.start({ ROOMCAST_MESSAGES_PER_SECOND: "0", ROOMCAST_ROOMS_PER_SESSION: "2" });
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

  it("U-CLOSED C7: a room that the server refuses says so, and the others go on", async () => {
    const ada = await visitors.enter(`/r/${name}`, "Ada");
    const field = ada.page.getByRole("textbox", { name: "Open a room" });
    await field.fill(`${name}-second`);
    await field.press("Enter");
    await ada.page.getByRole("log", { name: `Conversation in ${name}-second` }).waitFor();
    await field.fill(`${name}-third`);
    await field.press("Enter");
    await ada.page.getByRole("heading", { name: "You cannot enter this room" }).waitFor();
    await ada.page.goBack();
    await ada.say("still here");
    await ada.sees("still here");
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
