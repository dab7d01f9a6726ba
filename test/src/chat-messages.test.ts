/** Rules U-*: what can be said in the chat and what becomes of it, in a real Chromium. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { Visitors } from "../harness/visitors.ts";

describe("messages in a browser", () => {
  let visitors: Visitors;
  let room: string;
  let made = 0;

  beforeAll(async () => {
    visitors = await Visitors.start();
  });
  afterAll(() => visitors[Symbol.asyncDispose]());
  beforeEach(() => {
    room = `/r/messages-${(made += 1)}`;
  });
  afterEach(async () => {
    expect(await visitors.leave()).toEqual([]);
  });

  it("U-EDIT: its author edits a message, all see it and that it was edited, in the history too", async () => {
    const [ada, bob] = [await visitors.enter(room, "Ada"), await visitors.enter(room, "Bob")];
    await ada.say("helo");
    await bob.sees("helo");
    expect(await bob.message("helo").getByRole("button", { name: "Edit" }).count()).toBe(0);
    await ada.box.press("ArrowUp");
    await ada.box.fill("hello");
    await ada.box.press("Enter");
    for (const each of [ada, bob]) {
      await each.sees("hello");
      await each.sees("(edited)");
    }
    await bob.page.reload();
    await bob.sees("hello");
    expect(await bob.times("helo")).toBe(0);
  });

  it("U-EDIT: an edit that is given up changes nothing, and what was being written is there again", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.say("as it is");
    await ada.sees("as it is");
    await ada.box.fill("half a thought");
    await ada.act("as it is", "Edit");
    await ada.box.fill("something else");
    await ada.box.press("Escape");
    expect(await ada.box.inputValue()).toBe("half a thought");
    expect(await ada.times("as it is")).toBe(1);
  });

  it("U-DELETE: a deleted message is gone for all, after a second thought", async () => {
    const [ada, bob] = [await visitors.enter(room, "Ada"), await visitors.enter(room, "Bob")];
    await ada.say("oh no");
    await bob.sees("oh no");
    await ada.act("oh no", "Delete");
    await ada.page.getByRole("button", { name: "Really delete" }).click();
    await bob.sees("This message was deleted");
    expect(await bob.times("oh no")).toBe(0);
  });

  it("U-REACT: a reaction is counted by people, told by name, and can be taken back", async () => {
    const [ada, bob] = [await visitors.enter(room, "Ada"), await visitors.enter(room, "Bob")];
    await ada.say("a plan");
    await bob.sees("a plan");
    await bob.act("a plan", "React");
    await bob.page.getByRole("button", { name: "React with 🎉" }).click();
    const seen = ada.message("a plan").getByRole("button", { name: "🎉 1: Bob" });
    await seen.waitFor();
    expect(await seen.getAttribute("aria-pressed")).toBe("false");
    await seen.click();
    const own = bob.message("a plan").getByRole("button", { name: "🎉 2: You and Ada" });
    await own.click();
    await ada.message("a plan").getByRole("button", { name: "🎉 1: You", exact: true }).waitFor();
  });

  it("U-REPLY: a reply shows what it answers, and leads there", async () => {
    const [ada, bob] = [await visitors.enter(room, "Ada"), await visitors.enter(room, "Bob")];
    await ada.say("shall we?");
    await bob.sees("shall we?");
    await bob.act("shall we?", "Reply");
    await bob.page.getByText("Replying to Ada").waitFor();
    await bob.say("yes");
    const quote = ada.message("yes").getByRole("link");
    await quote.waitFor();
    expect(await quote.textContent()).toContain("shall we?");
    await quote.click();
    expect(ada.page.url()).toContain("?m=");
  });

  it("U-MARKDOWN: a subset of Markdown is drawn; its links leave nothing of us behind", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.say(
      "**strong** and `code` at https://example.org/x.\n\n```\nlet a = 1;\n```\n\n> said\n\n- one\n- two",
    );
    await ada.stream.locator("strong", { hasText: "strong" }).waitFor();
    await ada.stream.locator("pre", { hasText: "let a = 1;" }).waitFor();
    await ada.stream.locator("blockquote", { hasText: "said" }).waitFor();
    expect(await ada.stream.getByRole("listitem").allTextContents()).toEqual(["one", "two"]);
    const link = ada.stream.getByRole("link", { name: "https://example.org/x" });
    expect(await link.getAttribute("rel")).toContain("noopener");
    expect(await link.getAttribute("href")).toBe("https://example.org/x");
  });

  it("U-FOLD: a long message is folded until somebody wants to read it", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.say(Array.from({ length: 60 }, (_, line) => `line ${line}`).join("\n"));
    const message = ada.message("line 59");
    const unfold = message.getByRole("button", { name: "Show all" });
    await unfold.waitFor();
    const folded = (await message.boundingBox())!.height;
    await unfold.click();
    await message.getByRole("button", { name: "Show less" }).waitFor();
    expect((await message.boundingBox())!.height).toBeGreaterThan(2 * folded);
  });

  it("U-DRAFT: what was being written in a room is there again, after another room and after a reload", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.box.fill("half a thought");
    await ada.page.getByRole("textbox", { name: "Open a room" }).fill(`elsewhere-${made}`);
    await ada.page.keyboard.press("Enter");
    await ada.page.getByRole("log", { name: `Conversation in elsewhere-${made}` }).waitFor();
    expect(await ada.box.inputValue()).toBe("");
    await ada.page.goBack();
    await ada.page.reload();
    await ada.box.waitFor();
    expect(await ada.box.inputValue()).toBe("half a thought");
  });

  it("U-OUTBOX: what the server refuses says why, and can be retried, edited or discarded", async () => {
    const ada = await visitors.enter(room, "Ada");
    await ada.page.getByRole("textbox", { name: "Open a room" }).waitFor();
    const bob = await visitors.enter(room, "Bob");
    await ada.page.getByRole("button", { name: "Write to Bob privately" }).click();
    await bob.page.getByRole("button", { name: "Disconnect" }).click();
    await ada.box.fill("are you there?");
    await ada.sees("Bob joined and left");
    await ada.page.getByRole("button", { name: "Send" }).click();
    const failed = ada.stream.getByRole("group", { name: "Not delivered" });
    await failed.getByText("They are no longer in the room.").waitFor();
    await failed.getByRole("button", { name: "Retry" }).click();
    await failed.getByText("They are no longer in the room.").waitFor();
    await failed.getByRole("button", { name: "Edit" }).click();
    await failed.waitFor({ state: "detached" });
    expect(await ada.box.inputValue()).toBe("are you there?");
    await ada.page.getByRole("button", { name: "Send" }).click();
    await ada.sees("are you there?");
    expect(await ada.stream.getByRole("group", { name: "Not delivered" }).count()).toBe(0);
  });
});
