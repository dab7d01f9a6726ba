import type { GapReason } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { recover } from "./recovery.ts";

const page = { epoch: "e", floor: 3, goneSequence: 3, top: 7, events: [], more: false };
const why = (): GapReason => {
  throw new Error("nobody should ask");
};
const at = (offset: number): ReturnType<typeof recover> => recover({ epoch: "e", offset }, page, why);

/** The table of "Join and resume", a row a test. */
describe("recovery", () => {
  test.each([3, 4, 7])("R-RECOVERED: epoch equal, floor 3 ≤ since %i ≤ top 7", (offset) => {
    expect(at(offset)).toEqual({ kind: "recovered" });
  });

  test.each([0, 1, 2])("R-GAP-TRIMMED: since %i < floor 3 names since + 1 … floor", (offset) => {
    const position = { epoch: "e", offset: 7 };
    const gap = { reason: "trimmed", from: offset + 1, to: 3, position };
    expect(at(offset)).toEqual({ kind: "gap", gap });
  });

  test.each([8, 9, Number.MAX_SAFE_INTEGER])(
    "R-GAP-LOST-TAIL: since %i > top 7 names top + 1 … since",
    (offset) => {
      const position = { epoch: "e", offset: 7 };
      const gap = { reason: "store_lost_tail", from: 8, to: offset, position };
      expect(at(offset)).toEqual({ kind: "gap", gap });
    },
  );

  test.each(["recreated", "failover"] as const)(
    "R-GAP-EPOCH: another epoch is `%s`, as the log says",
    (reason) => {
      for (const offset of [0, 5, 100]) {
        const asked: string[][] = [];
        const recovery = recover({ epoch: "old", offset }, page, (...epochs) => {
          asked.push(epochs);
          return reason;
        });
        const position = { epoch: "e", offset: 7 };
        expect(recovery).toEqual({ kind: "reread", gap: { reason, from: null, to: null, position } });
        expect(asked).toEqual([["old", "e"]]);
      }
    },
  );

  test("R-RECOVERED: at the very start of a room that nothing was ever written to", () => {
    const empty = { ...page, floor: 0, top: 0 };
    expect(recover({ epoch: "e", offset: 0 }, empty, why)).toEqual({ kind: "recovered" });
  });
});
