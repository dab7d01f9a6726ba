/** Owns what will happen in a run, drawn from its seed before it begins. Any part of a plan is a plan. */
import { SeededRandom } from "@roomcast/hub/testing";

import type { Scene } from "./scene.ts";
import { Draw } from "./draw.ts";
import { type Act, KINDS } from "./steps.ts";

export interface Step extends Act {
  readonly atMs: number;
}

export type Plan = readonly Step[];

/** Faults come together in a seed or not at all: what each of them hides, the others find. */
export function planOf(seed: number, scene: Pick<Scene, "members" | "rooms">): Plan {
  const random = new SeededRandom(seed ^ 0x5eed);
  const draw = new Draw(random, scene);
  const kinds = KINDS.filter(({ always }) => always === true || random.below(2) === 0);
  const lots = kinds.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  const steps = 30 + random.below(70);
  const pauseMs = random.pick([100, 1_000, 5_000]);
  let atMs = 0;
  return Array.from({ length: steps }, () => {
    // Some come close upon each other.
    atMs += random.pick([0, draw.ms(pauseMs), draw.ms(pauseMs), draw.ms(4 * pauseMs)]);
    const kind = lots[random.below(lots.length)];
    if (kind === undefined) throw new Error("nothing can happen");
    return { atMs, ...kind.draw(draw) };
  });
}
