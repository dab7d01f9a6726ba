import { JsonText } from "@roomcast/protocol";
import { expect, test } from "vitest";

import type { Trimmed } from "../ports/room-log.ts";
import { append, draftOf, read, SUITE_TIME } from "../testing/log-calls.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { describeRoomLog } from "../testing/room-log-suite.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { MemoryLog } from "./memory-log.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));

test("T27 L-DEDUPE-24H: a clock that jumps ahead by 25 h makes no identity forgotten, 24 h that pass do", async () => {
  const clock = new ManualClock(SUITE_TIME);
  const log = new MemoryLog({ clock, random: new SeededRandom(seed) });
  const say = (id: string): ReturnType<typeof append> =>
    append(log, draftOf("general", id, { time: clock.now() }));
  await say("a");
  clock.jump(25 * 3_600_000);
  await say("b");
  expect(await say("a")).toMatchObject({ duplicate: true });
  clock.advance(25 * 3_600_000);
  await say("c");
  expect(await say("a")).toMatchObject({ duplicate: false });
});

test("L-TRIM: the memory log says by which limit events went, and how many", async () => {
  const told: Trimmed[] = [];
  const log = new MemoryLog({
    ...{ clock: new ManualClock(SUITE_TIME), random: new SeededRandom(seed) },
    ...{ historyEvents: 8, historyBytes: 80, onTrimmed: (trimmed) => told.push(trimmed) },
  });
  for (let index = 0; index < 10; index++)
    await append(log, draftOf("many", `id-${index}`, { data: JsonText.of(1) }));
  await append(log, draftOf("large", "a", { data: JsonText.of("x".repeat(48)) }));
  await append(log, draftOf("large", "b", { data: JsonText.of("x".repeat(48)) }));
  expect(told).toEqual([
    { by: "events", events: 2 },
    { by: "bytes", events: 1 },
  ]);
  expect((await read(log, "large", { limit: 9 })).events.map(({ id }) => id)).toEqual(["b"]);
});

describeRoomLog("MemoryLog", {
  open: async (kept) =>
    new MemoryLog({ clock: new ManualClock(SUITE_TIME), random: new SeededRandom(seed), ...kept }),
  seed,
});
