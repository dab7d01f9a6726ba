/** Owns finding the few steps that matter: a run with fewer that still breaks the same rule. */
import { type Outcome, run, violationsOf } from "./run.ts";

const MAX_RUNS = 400;

/** @returns the run with the fewest steps that was found; the same for the same seed. */
export async function shorten(seed: number, broken: Outcome): Promise<Outcome> {
  const rule = ruleOf(broken);
  let shortest = broken;
  let kept = broken.taken;
  let runs = 0;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length && runs < MAX_RUNS; runs += 1) {
      const fewer = kept.toSpliced(at, size);
      const outcome = await run(seed, fewer);
      if (ruleOf(outcome) === rule) [kept, shortest] = [fewer, outcome];
      else at += size;
    }
  }
  return shortest;
}

/** Of the first violation; its first words, which name no offset. */
const ruleOf = (outcome: Outcome): string | undefined => violationsOf(outcome)[0]?.split(" ", 1)[0];
