/** What an operator sees go by, over a real stream, and that nothing is done for it while nobody watches. */
import { describe, expect, it } from "vitest";

import { AdminStage } from "../../../test/admin-stage.ts";

describe("what an operator sees go by", () => {
  it("H-ADMIN-TAIL: each event, as it was published, as far as it passes the filter", async () => {
    await using stage = await AdminStage.start();
    const stream = await stage.listen("/tail?room=ne*");
    await stage.publish("elsewhere");
    await stage.publish("here", "news");
    const { events, dropped } = await stream.events();
    expect(events).toMatchObject([
      {
        room: "news",
        event: "message",
        offset: 1,
        receivers: 0,
        data: '{"text":"here"}',
        from: { user: "server" },
      },
    ]);
    expect(dropped).toBe(0);
  });

  it("H-ADMIN-TAIL: an event to one member alone is shown without what it says", async () => {
    await using stage = await AdminStage.start();
    const { clientId } = await stage.connect();
    const stream = await stage.listen("/tail");
    await stage.hub.publish({ room: "general", event: "message", data: { text: "secret" }, to: clientId });
    const { events } = await stream.events();
    expect(events).toMatchObject([{ to: clientId, bytes: 17, receivers: 1 }]);
    expect(JSON.stringify(events)).not.toContain("secret");
  });

  it("H-ADMIN-BOUND: of more than it shows at a time the rest is counted, and long data is cut", async () => {
    await using stage = await AdminStage.start();
    const stream = await stage.listen("/tail");
    await Promise.all(Array.from({ length: 120 }, () => stage.publish("x".repeat(4000))));
    const { events, dropped } = await stream.events();
    expect(events).toHaveLength(50);
    expect(dropped).toBe(70);
    expect(events[0]).toMatchObject({ bytes: 4011, data: expect.stringMatching(/^.{2000}$/) });
  });

  it("H-ADMIN-BOUND: only so many streams are open at once, and a long filter is refused", async () => {
    await using stage = await AdminStage.start();
    expect((await stage.ask(`/tail?room=${"r".repeat(300)}`)).json.error.code).toBe("bad_message");
    const held = await Promise.all(Array.from({ length: 64 }, () => stage.listen("/live")));
    expect((await stage.ask("/live")).json.error.code).toBe("too_many");
    expect(held).toHaveLength(64);
  });
});

describe("while nobody watches", () => {
  it("H-ADMIN-CLOSED: nothing is listened to, nothing is made for an event, no timer runs", async () => {
    await using stage = await AdminStage.start();
    const isIdle = (): object => ({
      watched: stage.telemetry.isWatched,
      published: stage.telemetry.published,
      timers: stage.clock.pending.size,
    });
    const idle = isIdle();
    expect(idle).toEqual({ watched: false, published: undefined, timers: 0 });
    const [live, tail] = [await stage.listen("/live"), await stage.listen("/tail")];
    expect(stage.telemetry.isWatched).toBe(true);
    expect(stage.telemetry.published).toBeDefined();
    await stage.publish("x");
    await tail.events();
    await live.overview();
    for (const path of ["/overview", "/rooms", "/clients", "/contract"]) await stage.ask(path);
    await stage.unwatch();
    expect(isIdle()).toEqual(idle);
    await stage.ask("/overview");
    expect(isIdle()).toEqual(idle);
  });

  it("H-ADMIN-CLOSED: a server that ends, ends its streams", async () => {
    await using stage = await AdminStage.start();
    const stream = await stage.listen("/live");
    stage.adapter.close();
    await stream.overview();
    await expect(stream.overview()).rejects.toThrow("the stream has ended");
    await stage.unwatch();
  });
});
