/** What an operator sees: facts while somebody watches, nothing made for anybody otherwise. */
import { describe, expect, it } from "vitest";

import { stage } from "../test/stage.ts";
import type { PublishedEvent, Telemetry, TelemetryEvent } from "./ports/telemetry.ts";

/** A listener that can be told to watch every event, and counts how often it was asked. */
class Watcher implements Telemetry {
  readonly told: TelemetryEvent[] = [];
  readonly events: PublishedEvent[] = [];
  watches = true;

  record(event: TelemetryEvent): void {
    this.told.push(event);
  }

  get published(): Telemetry["published"] {
    return this.watches ? (event) => void this.events.push(event) : undefined;
  }
}

const message = (id: string, more: object = {}): object => ({
  ...{ type: "publish", id, room: "r", event: "message", data: { text: id } },
  ...more,
});

describe("the traffic of a hub", () => {
  it("R-TRAFFIC: an event counts once in, and once out for each member that it goes to", async () => {
    const s = stage();
    const [ada, bob] = [s.connect(), s.connect()];
    await ada.hello({ join: [{ room: "r" }] });
    const { clientId } = await bob.hello({ join: [{ room: "r" }] });
    await ada.ask(message("kept"));
    await ada.ask(message("kept"));
    await ada.ask(message("ephemeral", { event: "typing", data: { on: true } }));
    await ada.ask(message("direct", { to: clientId }));
    await ada.ask(message("refused", { data: {} }));
    expect(s.hub.inspection.traffic).toMatchObject({ eventsIn: 3, eventsOut: 5 });
  });

  it("R-WATCHED: whoever watches hears of each event as it goes out: what, by whom, to how many, since when", async () => {
    const telemetry = new Watcher();
    const s = stage({ telemetry });
    const ada = s.connect();
    const { clientId } = await ada.hello({ join: [{ room: "r" }] });
    ada.take();
    s.log.holdAppends();
    const saidAtMs = s.clock.monotonicMs();
    ada.say(message("a"));
    await s.pass(40);
    expect(telemetry.events).toEqual([]);
    s.log.commit();
    await s.settle();
    expect(telemetry.events).toMatchObject([
      {
        room: "r",
        event: "message",
        id: "a",
        from: { clientId },
        offset: 1,
        receivers: 1,
        sinceMs: saidAtMs,
      },
    ]);
    expect(telemetry.events[0]?.data.text).toBe('{"text":"a"}');
  });

  it("R-WATCHED: nothing is made for an event that nobody watches, nor for one that set out before", async () => {
    const telemetry = new Watcher();
    telemetry.watches = false;
    const s = stage({ telemetry });
    const ada = s.connect();
    await ada.hello({ join: [{ room: "r" }] });
    s.log.holdAppends();
    await ada.ask(message("before"));
    telemetry.watches = true;
    s.log.commit();
    await s.settle();
    expect(telemetry.events).toEqual([]);
    expect(s.hub.inspection.traffic.eventsIn).toBe(1);
  });
});

describe("the clients of a hub", () => {
  it("R-INSPECT: who is connected, since when, where, and what they have still to take", async () => {
    const s = stage();
    const [ada, bob] = [s.connect(), s.connect()];
    const { clientId } = await ada.hello({ name: "Ada", join: [{ room: "a" }, { room: "b" }] });
    await bob.hello({ name: "Bob" });
    await s.pass(500);
    ada.connection.bufferedBytes = 1000;
    expect([...s.hub.inspection.clients()]).toMatchObject([
      { clientId, name: "Ada", transport: "fake", connectedMs: 500, queuedBytes: 1000, rooms: ["a", "b"] },
      { name: "Bob", queuedBytes: 0, rooms: ["general"] },
    ]);
    await ada.end();
    // Expected back, and not connected.
    expect(s.hub.inspection.client(clientId)).toBeUndefined();
    expect([...s.hub.inspection.clients()]).toMatchObject([{ name: "Bob" }]);
  });

  it("R-INSPECT: how much of a room is kept", async () => {
    const s = stage();
    await s.hub.publish({ room: "r", event: "message", data: { text: "x" } });
    expect(await s.hub.inspection.extent("r")).toMatchObject({ ok: true, value: { floor: 0, top: 1 } });
    expect(await s.hub.inspection.extent("no room")).toMatchObject({
      ok: false,
      error: { code: "bad_room" },
    });
  });

  it("R-DISCONNECT: a client that is disconnected may come back as itself, unnoticed by the others", async () => {
    const s = stage();
    const [ada, bob] = [s.connect(), s.connect()];
    await bob.hello({ join: [{ room: "r" }] });
    const { clientId, resume } = await ada.hello({ join: [{ room: "r" }] });
    await s.pass(1000);
    bob.take();
    expect(s.hub.inspection.disconnect(clientId)).toBe(true);
    expect(ada.closed).toBe("goingAway");
    expect(s.hub.inspection.disconnect(clientId)).toBe(false);
    expect(s.hub.inspection.disconnect("nobody")).toBe(false);
    const again = s.connect();
    expect(await again.hello({ resume })).toMatchObject({ clientId, resumed: true });
    await s.pass(1000);
    expect(bob.took("presence")).toEqual([]);
  });
});
