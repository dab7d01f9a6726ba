/** Rules U-*: what the chat says where somebody may not go, write or stay, and where something is no longer kept. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { until } from "../harness/until.ts";
import { Visitors } from "../harness/visitors.ts";

const KEPT = 5;
/** So many too many wait for no sweep. */
const OVERFULL = 60;

describe("what is shut, in a browser", () => {
  let visitors: Visitors;
  let room: string;
  let made = 0;

  beforeAll(async () => {
    visitors = await Visitors.start({
      ...NO_RATES,
      ROOMCAST_HISTORY_EVENTS: String(KEPT),
      ROOMCAST_GUEST_ROOMS: "open-*=join,publish,history,presence;reading=join,history,presence",
    });
  });
  afterAll(() => visitors[Symbol.asyncDispose]());
  beforeEach(() => {
    room = `open-${(made += 1)}`;
  });
  afterEach(async () => {
    expect(await visitors.leave()).toEqual([]);
  });

  const admin = (): string => `${visitors.server.http}/v1/admin`;

  async function adaHere(): Promise<{ clientId: string; user: string }> {
    const found = await fetch(`${admin()}/clients?room=${room}&q=ada`);
    const { clients } = (await found.json()) as { clients: { clientId: string; user: string }[] };
    expect(clients).toHaveLength(1);
    return clients[0]!;
  }

  const post = (path: string, body: object): Promise<Response> =>
    fetch(admin() + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  /** @param from default: everything. */
  const kickAda = async (from?: string): Promise<Response> =>
    post(`/clients/${(await adaHere()).clientId}/kick`, { room: from });

  const moderate = async (act: object): Promise<void> =>
    expect((await post("/moderation", act)).status).toBe(200);

  it("U-CLOSED: a room that is not open to somebody says so at once, and nothing else of it is shown", async () => {
    const ada = await visitors.enter("/r/secret", "Ada", { isRefused: true });
    await ada.page.getByRole("heading", { name: "You cannot enter this room" }).waitFor();
    await ada.page.getByText("It is not open to you.").waitFor();
    await ada.page.getByRole("button", { name: "Try again" }).waitFor();
    for (const gone of [ada.stream, ada.box, ada.page.getByRole("region", { name: "Who is here" })])
      expect(await gone.count()).toBe(0);
    await ada.dot("open");
  });

  it("U-OUTBOX: where one may read and not write, one is told with the first letter, and a message that was sent can be taken back", async () => {
    const ada = await visitors.enter("/r/reading", "Ada");
    const told = ada.page.getByRole("status").getByText("You may read here, but not write.");
    await ada.box.fill("M");
    await told.waitFor();
    await ada.say("May I?");
    const failed = ada.message("May I?").getByRole("group", { name: "Not delivered" });
    await failed.getByText("You may not do that here.").waitFor();
    expect(await ada.box.isDisabled()).toBe(true);
    await told.waitFor();
    await failed.getByRole("button", { name: "Edit" }).click();
    await failed.waitFor({ state: "detached" });
    expect(await ada.box.inputValue()).toBe("May I?");
  });

  it("U-OUTBOX: a text that is too long cannot be sent, and says by how much", async () => {
    const ada = await visitors.enter(`/r/${room}`, "Ada");
    await ada.box.fill("x".repeat(4_001));
    await ada.page.getByText("1 character too many").waitFor();
    expect(await ada.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await ada.box.press("Enter");
    expect(await ada.stream.getByRole("article").count()).toBe(0);
    await ada.box.fill("x".repeat(4_000));
    await ada.page.getByText("0 left").waitFor();
    await ada.page.getByRole("button", { name: "Send" }).click();
    await ada.stream.locator('[data-offset="1"]').waitFor();
  });

  it("U-CLOSED: whoever is taken out of a room is told, and may enter again", async () => {
    const ada = await visitors.enter(`/r/${room}`, "Ada");
    await ada.say("still here");
    await ada.stream.locator('[data-offset="1"]').waitFor();
    await kickAda(room);
    await ada.page.getByRole("heading", { name: "You are no longer in this room" }).waitFor();
    await ada.page.getByText("You were removed from it.").waitFor();
    expect(await ada.box.count()).toBe(0);
    await ada.page.getByRole("button", { name: `Enter ${room} again` }).click();
    await ada.sees("still here");
  });

  it("U-OUTBOX R-MUTE: whoever is muted is told why and until when beside the message, and writes no other meanwhile", async () => {
    const ada = await visitors.enter(`/r/${room}`, "Ada");
    await moderate({
      act: "mute",
      user: (await adaHere()).user,
      room,
      reason: "off topic",
      forMs: 3_600_000,
    });
    await ada.box.fill("O");
    await ada.page
      .getByRole("status")
      .getByText(/^You are muted until .*: off topic$/)
      .waitFor();
    await ada.say("One more thing");
    const failed = ada.message("One more thing").getByRole("group", { name: "Not delivered" });
    await failed.getByText(/You are muted until .*: off topic/).waitFor();
    expect(await ada.box.isDisabled()).toBe(true);
    expect(await ada.page.getByText(/^You are muted until .*: off topic$/).count()).toBeGreaterThan(0);
    await moderate({ act: "unmute", user: (await adaHere()).user, room });
    await failed.getByRole("button", { name: "Retry" }).click();
    await ada.stream.locator('[data-offset="1"]').waitFor();
    await until("one may write again", async () => !(await ada.box.isDisabled()));
  });

  it("U-BANNER: whoever is taken out of the server is told by whom, and nothing is tried again by itself", async () => {
    const ada = await visitors.enter(`/r/${room}`, "Ada");
    await kickAda();
    const banner = ada.page.getByRole("region", { name: "Connection trouble" });
    await banner.getByText("You were removed by an operator.").waitFor();
    await ada.dot("closed");
    await ada.page.getByText("Nothing can be sent while disconnected").waitFor();
    expect(await banner.getByRole("button", { name: "Retry now" }).count()).toBe(0);
  });

  it("U-BANNER P-MAY-6: whoever is banned from the server reads it in their own language, with the end and the reason", async () => {
    const ada = await visitors.enter(`/r/${room}`, "Ada", { isRefused: true, locale: "de-DE" });
    await ada.page.getByRole("textbox", { name: "Nachricht" }).waitFor();
    await until("she is there", async () => {
      const found = await fetch(`${admin()}/clients?room=${room}&q=ada`);
      return ((await found.json()) as { clients: unknown[] }).clients.length === 1;
    });
    await moderate({ act: "ban", user: (await adaHere()).user, reason: "spam", forMs: 3_600_000 });
    const banner = ada.page.getByRole("region", { name: "Störung der Verbindung" });
    await banner.getByText(/^Du bist ausgeschlossen, bis .*\d: spam\.$/).waitFor();
    expect(await banner.innerText()).not.toMatch(/banned|until|T\d\d:/);
  });

  it("U-GAP: what was trimmed while somebody was away is named where it is missing, and further up too", async () => {
    const ada = await visitors.enter(`/r/${room}`, "Ada");
    await ada.say("before");
    await ada.stream.locator('[data-offset="1"]').waitFor();
    await ada.page.getByRole("button", { name: "Disconnect" }).click();
    await ada.dot("closed");
    const bob = await BareClient.join(visitors.server.ws, { name: "Bob", join: [{ room }] });
    const numbers = Array.from({ length: OVERFULL }, (_, at) => at + 2);
    await Promise.all(numbers.map((number) => bob.publish(room, "message", { text: `line ${number}` })));
    let first = 0;
    await until("what is too much is gone", async () => {
      const answer = await fetch(`${visitors.server.http}/v1/rooms/${room}/events?after=0&limit=1`);
      const { events } = (await answer.json()) as { events: { offset: number }[] };
      first = events[0]?.offset ?? 0;
      return first > 2;
    });
    await ada.page.getByRole("button", { name: "Connect", exact: true }).click();
    await ada.sees(`line ${OVERFULL + 1}`);
    await ada.sees(`History was trimmed here: ${first - 2} messages are no longer kept`);
    const shown = (await ada.stream.innerText()).replaceAll("\n", " ");
    expect(shown).toMatch(/before.*History was trimmed here.*line \d/);
    await ada.page.reload();
    await ada.sees("Earlier messages are no longer kept.");
    await bob.close();
  });
});
