/** Owns a hunt for what changed sources do wrong, in a thread of its own: seed by seed, until a run shows it. */
import { parentPort, Worker, workerData } from "node:worker_threads";

import type { Change } from "./bugs.ts";
import { plant } from "./plant.ts";

interface Hunt {
  readonly changes: readonly Change[];
  readonly seed: number;
  readonly runs: number;
}

export interface Prey {
  readonly seed: number;
  /** What gave it away first. */
  readonly what: string;
}

/** @returns undefined when no run has shown it. */
export function hunt(asked: Hunt): Promise<Prey | undefined> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: asked,
    execArgv: ["--conditions=@roomcast/source"],
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

if (parentPort !== null && isHunt(workerData)) parentPort.postMessage(await search(workerData));

async function search({ changes, seed: first, runs }: Hunt): Promise<Prey | undefined> {
  plant(changes);
  const { run, violationsOf } = await import("./run.ts");
  for (let seed = first; seed < first + runs; seed += 1) {
    const [what] = violationsOf(await run(seed));
    if (what !== undefined) return { seed, what };
  }
  return undefined;
}

function isHunt(data: unknown): data is Hunt {
  return typeof data === "object" && data !== null && "changes" in data;
}
