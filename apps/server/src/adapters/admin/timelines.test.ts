/** The timelines of clients, and their bounds. */
import { expect, it } from "vitest";

import { Timelines } from "./timelines.ts";

const join = (clientId: string, room: string) => ({ kind: "room_joined", clientId, room, count: 1 }) as const;

it("H-ADMIN-BOUND: of one client the newest 64 are kept", () => {
  const timelines = new Timelines();
  for (let n = 0; n < 100; n += 1) timelines.record(join("c", `r${n}`), n);
  const kept = timelines.of("c") ?? [];
  expect(kept).toHaveLength(64);
  expect(kept[0]).toMatchObject({ time: 36, room: "r36" });
});

it("H-ADMIN-BOUND: of many clients those are kept who were heard of last", () => {
  const timelines = new Timelines();
  for (let n = 0; n < 4096; n += 1) timelines.record(join(`c${n}`, "r"), n);
  timelines.record(join("c0", "again"), 5000);
  timelines.record(join("newcomer", "r"), 5001);
  expect(timelines.of("c0")).toHaveLength(2);
  expect(timelines.of("c1")).toBeUndefined();
  expect(timelines.of("newcomer")).toHaveLength(1);
});

it("H-ADMIN-TIMELINE: a client that comes back as itself is resumed; what is about no client is left aside", () => {
  const timelines = new Timelines();
  const client = { clientId: "c", user: "u", name: "", remote: "::1", transport: "ws" };
  timelines.record({ kind: "client_connected", client, resumed: true }, 1);
  timelines.record({ kind: "refused", clientId: null, code: "x", request: null, room: null }, 2);
  timelines.record({ kind: "fault", where: "x", error: 1 }, 3);
  expect(timelines.of("c")).toEqual([{ time: 1, kind: "resumed", remote: "::1", transport: "ws" }]);
});
