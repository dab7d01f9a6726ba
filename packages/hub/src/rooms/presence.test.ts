import { type Member, MAX_LISTED_MEMBERS, type Presence as Told } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { ManualClock } from "../testing/manual-clock.ts";
import { Presence } from "./presence.ts";

const member = (clientId: string, state = {}): Member => ({
  clientId,
  user: `guest:${clientId}`,
  name: clientId,
  state,
});

function watched(): { clock: ManualClock; presence: Presence; told: Told[]; take: () => Told[] } {
  const clock = new ManualClock();
  const told: Told[] = [];
  const presence = new Presence({
    ...{ name: "r", audience: 1, parts: { clock, settings: { presenceGatherMs: 100 } } },
    broadcast: (message) => told.push(message),
  });
  return { clock, presence, told, take: () => told.splice(0) };
}

/** Members m0 … of which everybody has been told. */
function full(count: number): ReturnType<typeof watched> {
  const one = watched();
  for (let index = 0; index < count; index += 1) one.presence.join(member(`m${index}`));
  one.clock.advance(Math.max(2_000, count));
  one.take();
  return one;
}

describe("presence", () => {
  test("R-PRESENCE-GATHER: what happens within 100 ms is one diff, told at their end", () => {
    const { clock, presence, take } = full(2);
    presence.join(member("ann"));
    clock.advance(60);
    presence.update("m0", { typing: true });
    presence.leave("m1", "closed");
    clock.advance(39);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual([
      {
        ...{ type: "presence", room: "r", count: 2 },
        joined: [member("ann")],
        updated: [member("m0", { typing: true })],
        left: [{ clientId: "m1", reason: "closed" }],
      },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    [3_000, 3_001],
    [20_000, 10_000],
  ])("R-PRESENCE-GATHER: a larger room waits longer: one of %i for %i ms", (members, waitMs) => {
    const { clock, presence, take } = full(members);
    presence.join(member("ann"));
    clock.advance(waitMs - 1);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toHaveLength(1);
  });

  test("R-PRESENCE-GATHER: a room that grows waits for as long as it is large by then, one that shrinks no longer than it began to", () => {
    const { clock, presence, take } = full(300);
    presence.join(member("ann"));
    for (let index = 0; index < 599; index += 1) presence.join(member(`more${index}`));
    clock.advance(899);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual([{ type: "presence", room: "r", count: 900 }]);
    presence.join(member("bob"));
    for (let index = 0; index < 599; index += 1) presence.leave(`more${index}`, "closed");
    clock.advance(901);
    expect(take()).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("R-PRESENCE-GATHER: however fast a room grows, it is told after 10 s", () => {
    const { clock, presence, take } = full(300);
    for (let ms = 0; ms < 10_000; ms += 1) {
      for (let index = 0; index < 2; index += 1) presence.join(member(`${ms}-${index}`));
      expect(take()).toEqual([]);
      clock.advance(1);
    }
    expect(take()).toHaveLength(1);
  });

  test("R-PRESENCE-LIST: many members are one list as long as they stay as they are, and another once one of them changes", () => {
    const { presence } = full(20);
    const before = presence.listFor("m1");
    expect(presence.listFor("m2")).toBe(before);
    const changes = [
      () => presence.join(member("ann")),
      () => presence.update("m3", { away: true }),
      () => presence.leave("m4", "closed"),
    ];
    for (const change of changes) {
      const old = presence.all();
      change();
      expect(presence.all()).not.toBe(old);
    }
    expect(presence.all()).toHaveLength(20);
    expect(before).toHaveLength(20);
  });

  test("R-PRESENCE-SILENT: who comes back as they were is not told of at all", () => {
    const { clock, presence, take } = full(2);
    presence.join(member("m0"));
    presence.join({ ...member("m1"), state: {} });
    expect(clock.pendingTimers).toBe(0);
    presence.join({ ...member("m0"), name: "Zoe" });
    presence.join(member("m1", { away: true }));
    clock.advance(100);
    expect(take()).toMatchObject([{ updated: [{ name: "Zoe" }, { state: { away: true } }] }]);
  });

  test("R-PRESENCE-DIFF: whoever came and went between two diffs is told as left: somebody may have listed them", () => {
    const { clock, presence, take } = full(1);
    presence.join(member("ann"));
    presence.join(member("ben"));
    expect(presence.listFor("ben").map(({ clientId }) => clientId)).toContain("ann");
    presence.leave("ann", "left");
    clock.advance(100);
    expect(take()).toMatchObject([{ joined: [member("ben")], left: [{ clientId: "ann", reason: "left" }] }]);
  });

  test("R-PRESENCE-DIFF: whoever went and came between two diffs is told as both, left first", () => {
    const { clock, presence, take } = full(2);
    presence.leave("m0", "left");
    presence.join(member("m0", { back: true }));
    presence.update("m0", { back: 2 });
    clock.advance(100);
    const [diff, ...more] = take();
    expect(more).toEqual([]);
    expect(diff).toMatchObject({ count: 2, left: [{ clientId: "m0" }], joined: [member("m0", { back: 2 })] });
    expect(diff).not.toHaveProperty("updated");
  });

  test("R-PRESENCE-DIFF: an update or a leave of somebody unknown is nothing", () => {
    const { clock, presence } = full(1);
    presence.update("nobody", {});
    presence.leave("nobody", "left");
    expect(clock.pendingTimers).toBe(0);
  });

  test("R-PRESENCE-CROWD: above 250 members only counts are told, and the list again once it is small", () => {
    const { clock, presence, take } = full(MAX_LISTED_MEMBERS);
    presence.join(member("ann"));
    expect(presence.listFor("ann")).toEqual([member("ann")]);
    clock.advance(1000);
    expect(take()).toEqual([{ type: "presence", room: "r", count: 251 }]);
    presence.update("m0", { typing: true });
    clock.advance(1000);
    expect(take()).toEqual([]);
    presence.leave("m0", "left");
    clock.advance(1000);
    const [whole, ...more] = take();
    expect(more).toEqual([]);
    expect(whole).toMatchObject({ count: 250 });
    expect(whole!.members).toHaveLength(250);
    expect(whole).not.toHaveProperty("left");
    presence.leave("m1", "left");
    clock.advance(1000);
    expect(take()).toMatchObject([{ count: 249, left: [{ clientId: "m1" }] }]);
  });

  test("R-PRESENCE-CROWD: who joined a crowd gets the list even if the crowd was gone before the next diff", () => {
    const { clock, presence, take } = full(MAX_LISTED_MEMBERS);
    presence.join(member("ann"));
    presence.listFor("ann");
    presence.leave("m0", "left");
    clock.advance(1000);
    expect(take()[0]!.members).toHaveLength(250);
  });

  test("R-PRESENCE-CROWD: a count that came back to where it was is told to who saw another", () => {
    const { clock, presence, take } = full(MAX_LISTED_MEMBERS + 1);
    presence.join(member("ann"));
    presence.leave("m0", "left");
    clock.advance(1000);
    expect(take()).toEqual([{ type: "presence", room: "r", count: 251 }]);
  });

  test("R-PRESENCE-FIRST: a newcomer is owed until told of, in a crowd never", () => {
    const { presence } = full(1);
    expect(presence.owes("m0")).toBe(false);
    presence.join(member("ann"));
    expect(presence.owes("ann")).toBe(true);
    presence.flush();
    expect(presence.owes("ann")).toBe(false);
    const crowd = full(MAX_LISTED_MEMBERS);
    crowd.presence.join(member("ann"));
    expect(crowd.presence.owes("ann")).toBe(false);
  });

  test("R-PRESENCE-FIRST R-PRESENCE-CROWD: whoever came into a crowd that is none any more is owed with the whole list", () => {
    const { presence, take } = full(MAX_LISTED_MEMBERS);
    presence.join(member("ann"));
    presence.leave("m0", "left");
    expect(presence.owes("ann")).toBe(true);
    presence.flush();
    const [whole] = take();
    expect(whole!.members).toContainEqual(member("ann"));
    expect(whole).not.toHaveProperty("joined");
    expect(presence.owes("ann")).toBe(false);
  });

  test("A9: churn leaves no members, no diff and no timer behind", () => {
    const { clock, presence, take } = watched();
    for (let round = 0; round < 1000; round += 1) {
      presence.join(member(`c${round}`));
      presence.update(`c${round}`, { round });
      presence.leave(`c${round}`, "left");
    }
    clock.advance(100);
    expect(take()).toHaveLength(1);
    expect(presence.count).toBe(0);
    expect(presence.all()).toEqual([]);
    presence.flush();
    expect(take()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
