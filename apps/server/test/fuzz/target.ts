/** Port: something that takes input from outside, as the fuzzer sees it. */
import type { SeededRandom } from "@roomcast/hub/testing";

export interface Target {
  /** From chance alone, so that a seed and a number name it. */
  make(chance: SeededRandom): Buffer;
  /**
   * Whatever it throws is a finding: an error that nobody caught, or an answer that another implementation of the rules denies.
   * @returns the codes of what it answered.
   */
  take(input: Buffer): readonly string[] | Promise<readonly string[]>;
  close?(): Promise<void>;
}

/** Two implementations of one rule do not agree. */
export class Disagreement extends Error {
  constructor(what: string, ours: unknown, theirs: unknown) {
    super(`${what}: ours says ${JSON.stringify(ours)}, the other ${JSON.stringify(theirs)}`);
  }
}
