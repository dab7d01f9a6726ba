/** Owns the table of scenarios: what is done, in its full size and in the quick one, and which figures tell of it. */
import type { FigureName } from "./figures.ts";
import type { DialectName } from "./load/dialect.ts";
import type { FanOutLoad, Load, Pace } from "./load/job.ts";

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly load: Load;
  /** Left out of a quick run when missing. */
  readonly quick?: Load;
  /** The first is the one that is compared. */
  readonly figures: readonly [FigureName, ...FigureName[]];
  /** Only servers that speak these can be asked for it. */
  readonly dialects?: readonly DialectName[];
  /** The pauses of the server's event loop are measured, which costs it a little. */
  readonly pauses?: true;
}

const fanOut = (members: number, pace: Pace, more: Partial<FanOutLoad> = {}): FanOutLoad => ({
  ...{ kind: "fan-out", members, pace },
  ...more,
});
const pingPong = (warmUp: number, messages: number): Pace => ({ window: 1, warmUp, messages });
const burst = (warmUp: number, messages: number): Pace => ({ window: "none", warmUp, messages });

const OURS: readonly DialectName[] = ["roomcast"];
const STOCK: readonly DialectName[] = ["roomcast", "socket.io"];

const COST = ["cpuUsPerDelivery", "deliveriesPerSecond", "p50Ms", "p99Ms", "p999Ms"] as const;
const YIELD = ["deliveriesPerCpuSecond", "deliveriesPerSecond", "p99Ms"] as const;
const PLACE = [
  "residentKibPerConnection",
  "kernelKibPerConnection",
  "connectsPerCpuSecond",
  "connectsPerSecond",
] as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "A",
    title: "one room of 1,000, ping-pong: the next message when all have the last",
    load: fanOut(1_000, pingPong(300, 500)),
    quick: fanOut(1_000, pingPong(10, 60)),
    figures: COST,
  },
  {
    name: "B",
    title: "one room of 1,000, a burst of 600 from one publisher",
    load: fanOut(1_000, burst(1_000, 600)),
    quick: fanOut(1_000, burst(100, 600)),
    figures: YIELD,
  },
  {
    name: "B10",
    title: "one room of 1,000, a burst of 60 from each of 10 publishers",
    load: fanOut(1_000, burst(100, 60), { publishers: 10 }),
    figures: YIELD,
  },
  {
    name: "W64",
    title: "one room of 1,000, at most 64 messages under way",
    load: fanOut(1_000, { window: 64, warmUp: 1_000, messages: 900 }),
    quick: fanOut(1_000, { window: 64, warmUp: 100, messages: 500 }),
    figures: YIELD,
  },
  {
    name: "C",
    title: "1,000 rooms of 10, a publisher in each, ping-pong",
    load: fanOut(10_000, pingPong(6, 20), { rooms: 1_000, publishers: 1_000 }),
    quick: fanOut(1_000, pingPong(5, 30), { rooms: 100, publishers: 100 }),
    figures: COST,
  },
  {
    name: "D",
    title: "10,000 members of one room who say nothing",
    load: { kind: "idle", members: 10_000 },
    quick: { kind: "idle", members: 1_000 },
    figures: PLACE,
  },
  {
    name: "E",
    title: "one room of 1,000, 50 messages a second on a schedule",
    load: fanOut(1_000, { perSecond: 50, warmUp: 100, messages: 400 }),
    quick: fanOut(1_000, { perSecond: 25, warmUp: 5, messages: 25 }),
    figures: ["p99Ms", "p50Ms", "p999Ms", "cpuUsPerDelivery", "pauseMs"],
    pauses: true,
  },
  {
    name: "F",
    title: "one room of 10,000, ping-pong",
    load: fanOut(10_000, pingPong(5, 15)),
    figures: COST,
  },
  // What A is of a thousand members and F of ten thousand.
  ...[10, 100].map((members): Scenario => ({
    name: `G-${members}`,
    title: `growth: one room of ${members}, ping-pong`,
    load: fanOut(members, pingPong(200, 1_500)),
    figures: ["cpuUsPerDelivery"],
  })),
  // The same connections, commits that as many share: what grows is the room alone.
  ...[10, 100, 1_000, 10_000].map((members): Scenario => ({
    name: `G-rooms-of-${members}`,
    title: `growth: 10,000 members in rooms of ${members.toLocaleString("en")}, a publisher in each, ping-pong`,
    load: fanOut(10_000, pingPong(6, 20), { rooms: 10_000 / members, publishers: 10_000 / members }),
    figures: ["cpuUsPerDelivery"],
    dialects: OURS,
  })),
  ...[1, 10, 100].map((ownRooms): Scenario => ({
    name: `G-rooms-${1_000 * ownRooms}`,
    title: `growth: ${(1_000 * ownRooms).toLocaleString("en")} rooms, held by 1,000 idle clients who come behind 1,000 in another, a minute later`,
    // V8 collects by itself after about half a minute of rest.
    load: { kind: "idle", members: 1_000, ownRooms, restMs: 60_000 },
    figures: ["residentBytesPerRoom", "residentKibPerConnection"],
    dialects: OURS,
  })),
  {
    name: "H",
    title: "10,000 clients in 100 rooms vanish, miss 20 events each, and come back at once",
    load: { kind: "storm", members: 10_000, rooms: 100, missed: 20 },
    figures: ["wholeMs", "pauseMs", "grownMib", "cpuUsPerDelivery"],
    dialects: OURS,
    pauses: true,
  },
  ...[0, 2].map((stalled): Scenario => ({
    name: stalled === 0 ? "I-0" : "I",
    title: `one room of 200, ${stalled === 0 ? "none" : stalled} of them stalled, 200 messages of 4,000 bytes a second`,
    load: fanOut(200, { perSecond: 200, warmUp: 40, messages: 3_000 }, { stalled, payloadBytes: 4_000 }),
    figures: ["p99Ms", "grownMib", ...(stalled === 0 ? [] : (["stalledMs", "closed"] as const))],
  })),
  {
    name: "J-A",
    title: "as A, by 1,000 stock socket.io-clients",
    load: fanOut(1_000, pingPong(300, 300), { stock: true }),
    figures: COST,
    dialects: STOCK,
  },
  {
    name: "J-B",
    title: "as B, by 1,000 stock socket.io-clients",
    load: fanOut(1_000, burst(200, 600), { stock: true }),
    figures: YIELD,
    dialects: STOCK,
  },
  {
    name: "K",
    title: "100 publishers who never wait, for 5 s",
    load: { kind: "overload", publishers: 100, durationMs: 5_000 },
    figures: [
      "acceptedPerSecond",
      "offeredPerSecond",
      "refused",
      "closed",
      "p99Ms",
      "grownMib",
      "pauseMs",
      "normalAgainMs",
    ],
    dialects: OURS,
    pauses: true,
  },
];
