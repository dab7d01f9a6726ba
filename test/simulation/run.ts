/** Owns one run: the same seed, and the same part of its plan, give the same run to the last byte. */
import { checkHistory, type Finding } from "@roomcast/hub/testing";

import { planOf, type Step } from "./plan.ts";
import { Scene } from "./scene.ts";
import type { Trace } from "./trace.ts";

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly faults: readonly string[];
  readonly trace: Trace;
  /** How many steps the plan had, and which of them were taken. */
  readonly steps: number;
  readonly taken: readonly number[];
  readonly acked: number;
  readonly delivered: number;
  readonly gaps: number;
  readonly connections: number;
  readonly simulatedMs: number;
}

/** @param taken which steps of the plan; default: all. */
export async function run(seed: number, taken?: readonly number[]): Promise<Outcome> {
  const scene = new Scene(seed);
  const plan = planOf(seed, scene);
  const steps = taken ?? [...plan.keys()];
  for (const index of steps) {
    const step = plan[index];
    if (step !== undefined) await happen(scene, step);
  }
  await scene.heal();
  const { history, faults, trace, network, timeline } = scene;
  const count = (kind: string): number =>
    history.observations.filter((observation) => observation.kind === kind).length;
  return {
    ...{ findings: checkHistory(history), faults, trace, steps: plan.length, taken: steps },
    ...{ acked: count("ok"), delivered: count("deliver"), gaps: count("gap") },
    ...{ connections: network.count, simulatedMs: timeline.nowMs },
  };
}

async function happen(scene: Scene, { atMs, what, run: act }: Step): Promise<void> {
  await scene.timeline.pass(Math.max(0, atMs - scene.timeline.nowMs));
  scene.trace.add(what);
  act(scene);
}

/** What was broken, a line each. */
export const violationsOf = ({ findings, faults }: Outcome): string[] => [
  ...findings.map(
    ({ rule, who, room, offsets, ids, what }) =>
      `${rule} ${who} in ${room}: ${what}; offsets ${some(offsets)}; ids ${some(ids)}`,
  ),
  ...faults,
];

const some = (values: readonly (number | string)[]): string =>
  values.length > SHOWN ? `${values.slice(0, SHOWN).join(" ")} … (${values.length})` : values.join(" ");

const SHOWN = 6;
