/** Row D16: the SDK where WebSockets are blocked, against the real server behind a proxy that knows none. */
import { type Client, connect } from "@roomcast/client";
import { events, type Events } from "@roomcast/protocol";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { launch, visit } from "../harness/browser.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";
import { UpgradeWall, type Wall } from "../harness/upgrade-wall.ts";

describe("where WebSockets are blocked", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = (wall: UpgradeWall): Client<Events> => connect(wall.http, { contract: events, name: "Ada" });
  const connected = (client: Client<Events>, transport: string): Promise<void> =>
    until(`it is connected by ${transport}`, () => {
      const { status } = client;
      return status.state === "connected" && status.transport === transport;
    });

  it.each<Wall>(["refuse", "swallow", "mute"])(
    "D16: a proxy that does this to upgrades is got around, and everything works: %s",
    async (kind) => {
      await using wall = await UpgradeWall.before(server.port, kind);
      const room = `wall-${kind}`;
      const client = open(wall);
      const joined = client.room(room);
      const heard: string[] = [];
      joined.on("message", ({ data }) => heard.push(data.text));
      await connected(client, "sse");
      const bob = await BareClient.join(server.ws, { join: [{ room }] });
      await until("Bob is seen", () => joined.count === 2);
      const texts = ["Ada ☂ \u0000 \n", "x".repeat(4000), "3"];
      const sent = await Promise.all(texts.map((text) => joined.publish("message", { text })));
      expect(sent.map((one) => one.ok && one.position?.offset)).toEqual([1, 2, 3]);
      await bob.hear("event", ({ offset }) => offset === 3);
      await bob.publish(room, "message", { text: "from Bob" });
      await until("all is heard", () => heard.length === 4);
      expect(heard).toEqual([...texts, "from Bob"]);
      const direct = await bob.publish(room, "message", { text: "for you" }, { to: client.clientId });
      expect(direct.delivered).toBe(true);
      await until("it is heard", () => heard.at(-1) === "for you");
      client.disconnect();
      const left = await bob.hear("presence", (presence) => (presence.left ?? []).length > 0);
      expect(left.left).toEqual([{ clientId: client.clientId, reason: "closed" }]);
      await bob.close();
    },
  );

  it("D16 S1 S2 S3 S6: back to a WebSocket when one gets through, in the middle of everything, once and in order", async () => {
    await using wall = await UpgradeWall.before(server.port, "refuse");
    const client = open(wall);
    const room = client.room("wall-falls");
    const heard: number[] = [];
    const gaps: string[] = [];
    const transports = new Set<string>();
    client.onStatus((status) => {
      if (status.state === "connected") transports.add(status.transport);
    });
    room.onAny(({ offset }) => heard.push(offset ?? -1));
    room.onGap(({ reason }) => gaps.push(reason));
    await connected(client, "sse");
    const before = client.clientId;
    const bob = await BareClient.join(server.ws, { join: [{ room: "wall-falls" }] });
    wall.wall = "none";
    const sent: Promise<unknown>[] = [];
    let count = 0;
    await until("it is connected by ws", async () => {
      count += 1;
      sent.push(room.publish("message", { text: `a${count}` }, { id: `a${count}` }));
      await bob.publish("wall-falls", "message", { text: `b${count}` });
      const { status } = client;
      return status.state === "connected" && status.transport === "ws";
    });
    expect((await Promise.all(sent)).every((one) => (one as { ok: boolean }).ok)).toBe(true);
    await until("all is heard", () => heard.length >= count * 2);
    expect(heard).toEqual(Array.from({ length: count * 2 }, (_, index) => index + 1));
    expect(gaps).toEqual([]);
    expect(client.clientId).toBe(before);
    expect([...transports]).toEqual(["sse", "ws"]);
    const mine = bob.texts("wall-falls").filter((text) => text.startsWith("a"));
    expect(mine).toEqual(Array.from({ length: count }, (_, index) => `a${index + 1}`));
    expect(bob.all("presence").flatMap(({ left }) => left ?? [])).toEqual([]);
    client.disconnect();
    await bob.close();
  });

  describe("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser.close());

    it("D16: the web app works behind such a proxy, and says what it goes by", async () => {
      await using wall = await UpgradeWall.before(server.port, "refuse");
      const { page, context } = await visit(browser, `${wall.http}/r/walled`, "Ada");
      const bob = await BareClient.join(server.ws, { join: [{ room: "walled" }] });
      await page.getByText("Streaming fallback").waitFor();
      await page.getByRole("textbox", { name: "Message" }).fill("through the wall");
      await page.getByRole("button", { name: "Send" }).click();
      await bob.hear("event", ({ data }) => JSON.stringify(data).includes("through the wall"));
      await bob.publish("walled", "message", { text: "and back" });
      await page.getByRole("log").getByText("and back", { exact: true }).waitFor();
      expect(wall.upgrades).toBeGreaterThan(0);
      wall.wall = "none";
      await page.reload();
      await page.getByText("WebSocket", { exact: true }).waitFor();
      await context.close();
      await bob.close();
    });
  });
});
