import { ManualClock } from "@roomcast/hub/testing";
import type { Refusal } from "@roomcast/protocol";
import { beforeEach, describe, expect, test } from "vitest";

import { Turns } from "../../turns.ts";
import type { Placed } from "./asked.ts";
import { GroupQueue } from "./group-queue.ts";
import {
  type Answer,
  CELLS_PER_OUTCOME,
  type DraftCells,
  type Group,
  OUTCOME,
} from "./writer/writer-messages.ts";

let clock: ManualClock;
let groups: Group[];
let queue: GroupQueue;
let replies: string[];

beforeEach(() => {
  clock = new ManualClock();
  groups = [];
  replies = [];
  queue = new GroupQueue(clock, new Turns(clock, 64), (group) => groups.push(group));
});

const draftOf = (room: string, id: string, data = "1"): DraftCells => [
  room,
  "message",
  data,
  id,
  "c",
  "u",
  "n",
  1,
];

const append = (room: string, id: string, data?: string): void =>
  queue.append(draftOf(room, id, data), (placed: Placed | Refusal) =>
    replies.push(`${room} ${id} ${"code" in placed ? placed.code : placed.offset}`),
  );

const read = (room: string): void =>
  queue.read({ room, after: undefined, beyond: undefined, before: undefined, limit: 1 }, (page) =>
    replies.push(`read ${room} ${"code" in page ? page.code : page.top}`),
  );

/** Offsets of 100 and up; drafts whose id is `bad` are refused. */
function answerTo(group: Group, failure?: Answer["failure"]): Answer {
  const outcomes = new Float64Array(failure === undefined ? group.drafts.length * CELLS_PER_OUTCOME : 0);
  for (const [index, draft] of failure === undefined ? group.drafts.entries() : []) {
    const kind = draft[3] === "bad" ? OUTCOME.refused : OUTCOME.appended;
    outcomes.set([kind, 100 + index, 1, 1], index * CELLS_PER_OUTCOME);
  }
  const pages = group.reads.map(() => ({
    ...{ incarnation: 1, floor: 0, goneSequence: 0, top: 7, events: [], more: false },
  }));
  const found = group.finds.map(() => undefined);
  const saved = group.sessions.map(() => failure === undefined);
  return { kind: "answer", failure, outcomes, saved, pages, found };
}

const answer = (failure?: Answer["failure"]): void => queue.answer(answerTo(groups.at(-1)!, failure));
const idsOf = (group: Group | undefined): unknown[] => (group?.drafts ?? []).map((draft) => draft[3]);

describe("L-GROUP", () => {
  test("what a turn asks for goes as one group, when the turn ends", () => {
    append("a", "1");
    append("b", "2");
    read("a");
    expect(groups).toEqual([]);
    clock.endTurn();
    expect(groups).toHaveLength(1);
    expect(idsOf(groups[0])).toEqual(["1", "2"]);
    expect(groups[0]?.reads).toHaveLength(1);
    answer();
    expect(replies).toEqual(["a 1 100", "b 2 101", "read a 7"]);
  });

  test("the writer has one group at a time, and the next gathers meanwhile", () => {
    append("a", "1");
    clock.endTurn();
    append("a", "2");
    clock.endTurn();
    append("a", "3");
    clock.endTurn();
    expect(groups).toHaveLength(1);
    answer();
    expect(groups).toHaveLength(2);
    expect(idsOf(groups[1])).toEqual(["2", "3"]);
  });

  test("the writer has its next group before the answer to the last is told", () => {
    queue.append(draftOf("a", "1"), () => replies.push(`groups ${groups.length}`));
    clock.endTurn();
    append("a", "2");
    answer();
    expect(replies).toEqual(["groups 2"]);
  });

  test("a group ends at 1,024 drafts and 64 reads; the rest follows", () => {
    for (let index = 0; index < 1_500; index++) append("a", String(index));
    for (let index = 0; index < 100; index++) read("a");
    clock.endTurn();
    answer();
    expect(groups.map(({ drafts, reads }) => [drafts.length, reads.length])).toEqual([
      [1_024, 64],
      [476, 36],
    ]);
  });

  test("a find does not overtake the removal before it", () => {
    for (let index = 0; index < 1_500; index++) queue.remove({ kind: "remove", clientId: String(index) });
    queue.find("1499", () => undefined);
    clock.endTurn();
    expect(groups[0]).toMatchObject({ sessions: { length: 1_500 }, finds: ["1499"] });
  });
});

describe("L-CROWD", () => {
  const save = (clientId: string): void =>
    queue.write({ kind: "save", cells: [clientId, "{}", null] }, () => replies.push(`saved ${clientId}`));

  const comes = (count: number): void => {
    for (let index = 0; index < count; index++) save(String(index));
    clock.endTurn();
  };

  beforeEach(() => {
    comes(4);
    answer();
    clock.endTurn();
    replies = [];
  });

  test("who comes behind a crowd waits for the others, 10 ms after it at most", () => {
    comes(1);
    clock.advance(9);
    comes(2);
    expect(groups).toHaveLength(1);
    clock.advance(1);
    clock.endTurn();
    expect(groups[1]?.sessions).toHaveLength(3);
  });

  test("what is published waits for nobody, and takes along who waits", () => {
    comes(1);
    append("a", "1");
    clock.endTurn();
    expect(groups[1]).toMatchObject({ sessions: { length: 1 }, drafts: { length: 1 } });
    // Of those who come meanwhile there is no crowd any more.
    comes(1);
    answer();
    expect(groups).toHaveLength(3);
  });

  test("reads that fill a group wait for nobody", () => {
    for (let index = 0; index < 64; index++) read("a");
    clock.endTurn();
    expect(groups[1]?.reads).toHaveLength(64);
  });

  test("three are no crowd: who comes behind them goes at once", () => {
    clock.advance(10);
    comes(3);
    answer();
    comes(1);
    expect(groups).toHaveLength(3);
  });

  test("a store that closes waits for nobody", () => {
    comes(1);
    void queue.drain();
    clock.advance(10);
    clock.endTurn();
    expect(groups[1]?.sessions).toHaveLength(1);
  });
});

describe("L-TURNS", () => {
  const save = (clientId: string): void =>
    queue.write({ kind: "save", cells: [clientId, "{}", null] }, () => replies.push(`saved ${clientId}`));
  const find = (clientId: string): void => queue.find(clientId, () => replies.push(`found ${clientId}`));

  test("of a crowd whose sessions were one group, so few hear in a turn that others have theirs, in the order of asking", () => {
    for (let index = 0; index < 100; index++) save(String(index));
    for (let index = 0; index < 50; index++) find(String(index));
    clock.endTurn();
    answer();
    const asked = Array.from({ length: 150 }, (_, at) => (at < 100 ? `saved ${at}` : `found ${at - 100}`));
    for (const heard of [0, 64, 128, 150]) {
      expect(replies).toEqual(asked.slice(0, heard));
      clock.endOneTurn();
    }
  });

  test("what was published is acked before them all", () => {
    for (let index = 0; index < 100; index++) save(String(index));
    append("a", "1");
    clock.endTurn();
    answer();
    expect(replies).toEqual(["a 1 100"]);
  });

  test("a store that closes waits for the last who is to hear", async () => {
    for (let index = 0; index < 65; index++) save(String(index));
    clock.endTurn();
    answer();
    const draining = queue.drain().then(() => replies.push("drained"));
    clock.endOneTurn();
    await Promise.resolve();
    expect(replies).toHaveLength(64);
    clock.endOneTurn();
    await draining;
    expect(replies.slice(64)).toEqual(["saved 64", "drained"]);
  });
});

describe("L-OVERLOAD", () => {
  test("more than 10,000 waiting drafts: the next is refused at once, and told when to come back", () => {
    for (let index = 0; index < 10_000; index++) append("a", String(index));
    const refusals: unknown[] = [];
    queue.append(draftOf("a", "late"), (placed) => refusals.push(placed));
    expect(refusals).toEqual([{ code: "overloaded", message: expect.any(String), retryAfterMs: 1_000 }]);
    expect(replies).toEqual([]);
    clock.endTurn();
    append("a", "again");
    expect(replies).toEqual([]);
  });

  test("more than 64 MiB of waiting data: the next is refused, until some of it was handed over", () => {
    const data = "x".repeat(64 * 1_024);
    for (let index = 0; index < 1_024; index++) append("a", String(index), data);
    append("a", "late", data);
    expect(replies).toEqual(["a late overloaded"]);
    clock.endTurn();
    append("a", "again", data);
    expect(replies).toHaveLength(1);
  });

  test("reads are bounded too", () => {
    for (let index = 0; index < 10_001; index++) read("a");
    expect(replies).toEqual(["read a overloaded"]);
  });
});

describe("L-REFUSED-TAIL: what was refused takes with it what would overtake it", () => {
  test("a group that failed, with the drafts that wait behind it; reads are answered", () => {
    append("a", "1");
    append("b", "2");
    clock.endTurn();
    append("a", "3");
    append("c", "4");
    read("a");
    answer("storage_full");
    // The read is with the writer already.
    expect(groups).toHaveLength(2);
    expect(replies).toEqual(["a 1 storage_full", "b 2 storage_full", "a 3 storage_full", "c 4 storage_full"]);
    clock.endTurn();
    expect(idsOf(groups[1])).toEqual([]);
    append("a", "1");
    answer();
    expect(replies.at(-1)).toBe("read a 7");
    expect(idsOf(groups[2])).toEqual(["1"]);
  });

  test("a draft that failed alone, with those of its room", () => {
    append("a", "1");
    append("b", "bad");
    clock.endTurn();
    append("a", "3");
    append("b", "4");
    answer();
    expect(replies).toEqual(["a 1 100", "b bad internal", "b 4 overloaded"]);
    expect(idsOf(groups[1])).toEqual(["3"]);
  });
});

describe("L-CLOSE", () => {
  test("draining takes nothing more, and ends when everything is answered", async () => {
    append("a", "1");
    clock.endTurn();
    append("a", "2");
    let drained = false;
    const draining = queue.drain().then(() => (drained = true));
    append("a", "late");
    read("late");
    expect(replies).toEqual(["a late storage_unavailable", "read late storage_unavailable"]);
    answer();
    await Promise.resolve();
    expect(drained).toBe(false);
    answer();
    await Promise.resolve();
    clock.endTurn();
    await draining;
    expect(replies.slice(2)).toEqual(["a 1 100", "a 2 100"]);
  });

  test("when the writer is gone, what it had is unknown, and what waited was not kept", () => {
    append("a", "1");
    clock.endTurn();
    append("a", "2");
    read("a");
    queue.find("c", (session) => replies.push(`find ${session?.clientId ?? "nobody"}`));
    queue.write({ kind: "save", cells: ["c", "{}", 1] }, (refused) =>
      replies.push(`save ${String(refused?.code)}`),
    );
    queue.abandon();
    append("a", "3");
    expect(replies).toEqual([
      ...["a 1 internal", "a 2 storage_unavailable", "save storage_unavailable"],
      ...["read a storage_unavailable", "find nobody", "a 3 storage_unavailable"],
    ]);
  });
});
