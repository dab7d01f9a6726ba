import { describe, expect, it } from "vitest";

import { Ledger } from "./ledger.ts";

function after(sequences: readonly number[], sent: number): Pick<Ledger, "lost" | "disordered"> {
  const ledger = new Ledger(2, 2);
  // What others get must not matter.
  ledger.note(0, 1, 9);
  ledger.close(0, 1, 9);
  const { lost } = ledger;
  for (const sequence of sequences) ledger.note(1, 0, sequence);
  ledger.close(1, 0, sent);
  return { lost: ledger.lost - lost, disordered: ledger.disordered };
}

describe("the ledger", () => {
  it.each([
    ["all, in order", [1, 2, 3], 3, { lost: 0, disordered: 0 }],
    ["a hole", [1, 4], 4, { lost: 2, disordered: 0 }],
    ["the end missing", [1, 2], 5, { lost: 3, disordered: 0 }],
    ["nothing at all", [], 2, { lost: 2, disordered: 0 }],
    ["one twice", [1, 2, 2, 3], 3, { lost: 0, disordered: 1 }],
    ["two in the wrong order", [2, 1, 3], 3, { lost: 1, disordered: 1 }],
  ])("B-FAULTS: %s", (_, sequences, sent, expected) => {
    expect(after(sequences, sent)).toEqual(expected);
  });
});
