/** Who is kicked is out, and its session with it. */
import { describe, expect, test } from "vitest";

import { come } from "../../test/coming.ts";
import { stage, valueOf } from "../../test/stage.ts";
import { MemorySessions } from "../memory/memory-sessions.ts";
import { OPEN_DOOR } from "../ports/policy.ts";
import { ManualClock } from "../testing/manual-clock.ts";

describe("kick", () => {
  test("R-KICK: also while it joins a room again: what it asked for does not bring it back", async () => {
    let letIn: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (letIn = resolve));
    let isSlow = false;
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const policy = {
      ...OPEN_DOOR,
      authorise: () => (isSlow ? slow.then(() => undefined) : undefined),
    };
    const s = stage({ clock, sessions, policy });
    const { client, clientId } = await come(s, { join: [{ room: "r" }] });
    isSlow = true;
    client.say({ type: "join", id: "j", room: "r" });
    await s.settle();
    s.hub.kick(clientId);
    letIn();
    await s.settle();
    expect(await sessions.find(clientId)).toBeUndefined();
  });

  test("R-KICK, A5, A11: out of the server: closed with 4506, told as kicked, and not to be resumed", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const s = stage({ clock, sessions });
    const other = await s.enter(["r"]);
    const first = await come(s, { join: [{ room: "r" }] });
    await s.pass(1000);
    other.take();
    first.client.take();
    valueOf(await s.hub.publish({ room: "r", event: "message", data: { text: "before" } }));
    expect(s.hub.kick(first.clientId)).toBe(true);
    expect(first.client.connection.closed).toEqual({ name: "kicked", code: 4506 });
    // What had gathered for it is dropped.
    expect(first.client.take()).toEqual([]);
    await s.pass(100);
    expect(other.take()).toMatchObject([
      { type: "event" },
      { left: [{ clientId: first.clientId, reason: "kicked" }] },
    ]);
    expect((await come(s, { resume: first.resume })).resumed).toBe(false);
    expect(s.hub.kick(first.clientId)).toBe(false);
    const restarted = stage({ clock, sessions, seed: 2 });
    expect((await come(restarted, { resume: first.resume })).resumed).toBe(false);
  });

  test("R-KICK: also somebody who is only expected back, in the grace or after it", async () => {
    const s = stage();
    const early = await come(s);
    const late = await come(s);
    await late.client.end();
    await s.pass(20_000);
    await early.client.end();
    expect(s.hub.kick(early.clientId)).toBe(true);
    expect(s.hub.kick(late.clientId)).toBe(false);
    for (const { resume } of [early, late]) expect((await come(s, { resume })).resumed).toBe(false);
  });

  test("R-KICK: out of one room: told left, the others kicked, and the session lives", async () => {
    const s = stage();
    const other = await s.enter(["r"]);
    const first = await come(s, { join: [{ room: "r" }, { room: "q" }] });
    await s.pass(1000);
    other.take();
    first.client.take();
    expect(s.hub.kick(first.clientId, "nowhere")).toBe(false);
    expect(s.hub.kick(first.clientId, "r")).toBe(true);
    expect(first.client.take()).toEqual([{ type: "left", room: "r", reason: "kicked" }]);
    valueOf(await s.hub.publish({ room: "r", event: "message", data: { text: "x" } }));
    await s.pass(100);
    expect(other.take()).toMatchObject([
      { type: "event" },
      { left: [{ clientId: first.clientId, reason: "kicked" }] },
    ]);
    expect(first.client.take()).toEqual([]);
    await first.client.end();
    expect((await come(s, { resume: first.resume })).rooms).toEqual(["q"]);
  });

  test("R-KICK: out of a room while its socket is away: the session still ends after its 2 minutes", async () => {
    const s = stage();
    const first = await come(s, { join: [{ room: "r" }, { room: "q" }] });
    await first.client.end();
    expect(s.hub.kick(first.clientId, "r")).toBe(true);
    await s.pass(120_001);
    expect((await come(s, { resume: first.resume })).resumed).toBe(false);
  });
});
