import { describe, expect, it } from "vitest";

import { MUTATIONS } from "../../../test/mutations.ts";
import { ValidRun } from "../../../test/valid-run.ts";
import { SeededRandom } from "../seeded-random.ts";
import { checkHistory } from "./check-history.ts";
import type { History } from "./history.ts";

const SEEDS = Array.from({ length: 100 }, (_, index) => index + 1);

describe("the history checker", () => {
  it("finds nothing in 100 of 100 runs that keep every promise", () => {
    for (const seed of SEEDS)
      expect({ seed, findings: checkHistory(new ValidRun(seed).history) }).toEqual({ seed, findings: [] });
  });

  it.each(MUTATIONS)("$breaks, 100 of 100: $name", ({ breaks, plant }) => {
    for (const seed of SEEDS) {
      const findings = checkHistory(plant(new ValidRun(seed).history, new SeededRandom(seed)));
      expect({ seed, rules: findings.map(({ rule }) => rule) }).toEqual({
        seed,
        rules: expect.arrayContaining([breaks]),
      });
    }
  });

  it("names the rule, the room, who saw it, the offsets and the ids", () => {
    const history: History = {
      observations: [
        { kind: "begin", reader: "ann", room: "red", after: { epoch: "k1", offset: 0 }, history: 0 },
        { kind: "invoke", client: "bob", room: "red", sender: "user-bob", id: "m1", echo: true },
        { kind: "ok", room: "red", sender: "user-bob", id: "m1", position: { epoch: "k1", offset: 1 } },
      ],
      logs: [
        { room: "red", epoch: "k1", floor: 0, top: 1, events: [{ offset: 1, sender: "user-bob", id: "m1" }] },
      ],
    };
    expect(checkHistory(history)).toEqual([
      { rule: "S1", room: "red", who: "ann", offsets: [1], ids: ["m1"], what: "nothing was told after 0" },
    ]);
  });

  it("S1: a reader that never got into a room, one that stayed in an old epoch, one that left", () => {
    const log = { room: "red", epoch: "k2", floor: 0, top: 0, events: [] };
    const begin = { kind: "begin", room: "red", after: null, history: 0 } as const;
    const joined = { kind: "joined", room: "red" } as const;
    const history: History = {
      observations: [
        { ...begin, reader: "outside" },
        { ...begin, reader: "behind" },
        { ...joined, reader: "behind", position: { epoch: "k1", offset: 3 } },
        { ...begin, reader: "gone" },
        { ...joined, reader: "gone", position: { epoch: "k1", offset: 3 } },
        { kind: "leave", reader: "gone", room: "red" },
      ],
      logs: [log],
    };
    expect(checkHistory(history).map(({ rule, who }) => [rule, who])).toEqual([
      ["S1", "outside"],
      ["S1", "behind"],
    ]);
  });

  it("an event of one's own that is not wanted back may be missing from one's own view alone", () => {
    const history: History = {
      observations: [
        ...["ann", "bob"].map((reader) => ({
          kind: "begin" as const,
          reader,
          room: "red",
          after: { epoch: "k1", offset: 0 },
          history: 0,
        })),
        { kind: "invoke", client: "ann", room: "red", sender: "user-ann", id: "m1", echo: false },
        { kind: "ok", room: "red", sender: "user-ann", id: "m1", position: { epoch: "k1", offset: 1 } },
      ],
      logs: [
        { room: "red", epoch: "k1", floor: 0, top: 1, events: [{ offset: 1, sender: "user-ann", id: "m1" }] },
      ],
    };
    expect(checkHistory(history).map(({ rule, who }) => [rule, who])).toEqual([["S1", "bob"]]);
  });

  it("a gap that says too much is as wrong as one that says too little", () => {
    const event = (offset: number) => ({ offset, sender: "user-bob", id: `m${offset}` });
    const told = { reader: "ann", room: "red" };
    const invoked = [1, 2, 3].map((offset) => ({
      kind: "invoke" as const,
      client: "bob",
      room: "red",
      echo: true,
      ...event(offset),
    }));
    const history: History = {
      observations: [
        ...invoked,
        { kind: "begin", ...told, after: { epoch: "k1", offset: 1 }, history: 0 },
        { kind: "gap", ...told, reason: "trimmed", from: 2, to: 2, position: { epoch: "k1", offset: 3 } },
        { kind: "deliver", ...told, epoch: "k1", ...event(3) },
        {
          kind: "gap",
          ...told,
          reason: "failover",
          from: null,
          to: null,
          position: { epoch: "k1", offset: 3 },
        },
        { kind: "gap", ...told, reason: "hole", from: 1, to: 1, position: { epoch: "k1", offset: 3 } },
      ],
      logs: [{ room: "red", epoch: "k1", floor: 0, top: 3, events: [1, 2, 3].map(event) }],
    };
    expect(checkHistory(history).map(({ rule, offsets }) => [rule, ...offsets])).toEqual([
      ["S1", 2],
      ["S1", 3],
      ["S3", 1, 1],
      ["S1", 1],
      ["S1", 2],
    ]);
  });

  it("refuses to judge observations that cannot have been", () => {
    const begin = { kind: "begin", reader: "ann", room: "red", after: null, history: 0 } as const;
    const leave = { kind: "leave", reader: "ann", room: "red" } as const;
    expect(() => checkHistory({ observations: [begin, begin], logs: [] })).toThrow("had not left");
    expect(() => checkHistory({ observations: [leave], logs: [] })).toThrow("is not there");
  });
});
