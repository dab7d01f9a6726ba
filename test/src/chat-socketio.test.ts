/** Rule U-STOCK: the chat and a page of three lines with the stock Socket.IO client are in one room, in a real Chromium. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { Visitors } from "../harness/visitors.ts";

/** What the page holds besides the bundle that the server hands out; it shows all that it hears. */
const SCRIPT = `
  const socket = io({ auth: { name: "Stock", join: [{ room: "shared" }] } });
  const show = (text) => document.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: text }));
  socket.on("message", ({ text }, { from }) => show(from.name + ": " + text))
    .on("joined", ({ members }) => show("here: " + members.map(({ name }) => name).join(", ")))
    .on("presence", ({ joined = [], left = [] }) => show(joined.map(({ name }) => name + " came").join() + left.map(() => "one left").join()));
`;

let visitors: Visitors;
beforeAll(async () => {
  visitors = await Visitors.start();
});
afterAll(() => visitors[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await visitors.leave()).toEqual([]);
});

it("U-STOCK P-SIO-12: two people, one of them on a stock socket.io-client page, see both and hear both", async () => {
  const ada = await visitors.enter("/r/shared", "Ada");
  const people = ada.page.getByRole("region", { name: "Who is here" });
  const stock = await stockPage();
  await stock.getByText("here: Ada, Stock").waitFor();
  await people.getByText("Stock").waitFor();
  await ada.sees("Stock joined");

  await ada.say("from the chat");
  await stock.getByText("Ada: from the chat").waitFor();
  await stock.evaluate('socket.emit("message", { text: "from the *page*" })');
  await stock.getByText("Stock: from the *page*").waitFor();
  await ada.sees("page");
  expect(await ada.message("from the page").getByText("Stock").count()).toBeGreaterThan(0);
  const heard = (await stock.locator("li").allTextContents()).filter((line) => line.includes(": from"));
  expect(heard).toEqual(["Ada: from the chat", "Stock: from the *page*"]);

  const bo = await visitors.enter("/r/shared", "Bo");
  await stock.getByText("Bo came").waitFor();
  await bo.sees("page");
  await bo.page.getByRole("button", { name: "Disconnect" }).click();
  await stock.getByText("one left").waitFor();
  await stock.evaluate("socket.disconnect()");
  await people.getByText("Stock").waitFor({ state: "detached" });
});

async function stockPage(): Promise<Page> {
  const context = await visitors.browser.newContext();
  const page = await context.newPage();
  const address = `${visitors.server.http}/stock.html`;
  const body = `<!doctype html><ul></ul><script src="/socket.io/socket.io.js"></script><script>${SCRIPT}</script>`;
  await page.route(address, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(address);
  return page;
}
