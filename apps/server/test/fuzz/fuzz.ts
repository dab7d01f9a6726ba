/** Owns a run: so many inputs of a seed for a target, and what must hold for each. */
import { SeededRandom } from "@roomcast/hub/testing";
import { ERROR_CODES } from "@roomcast/protocol";

import type { Target } from "./target.ts";
import { http } from "./targets/http.ts";
import { jwt } from "./targets/jwt.ts";
import { messages } from "./targets/messages.ts";
import { socketio } from "./targets/socketio.ts";
import { sse } from "./targets/sse.ts";
import { wsFrames } from "./targets/ws-frames.ts";

export const TARGETS: Readonly<Record<string, () => Target | Promise<Target>>> = {
  "ws-frames": () => wsFrames,
  messages: () => messages,
  http,
  socketio,
  sse,
  jwt: () => jwt,
};

const MAX_MS = 20;
const PER_BYTES = 64 * 1024;
/** Collecting the garbage of those before may have been what was slow: an input that is slow each time is slow itself. */
const TRIES = 5;
/** What takes longer is measured again, whatever it may take. */
const DOUBTFUL_MS = 2;

export interface Run {
  readonly target: string;
  readonly runs: number;
  readonly seed: number;
  /** The number of the first input: a finding names its own. */
  readonly from?: number;
}

export interface Figures {
  readonly runs: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Of one input, on the processor: a busy machine makes none of them slow. */
  readonly slowestMs: number;
  readonly codes: ReadonlyMap<string, number>;
}

/** @throws the first finding, with what it takes to see it again. */
export async function fuzz({ target: name, runs, seed, from = 0 }: Run): Promise<Figures> {
  const target = await TARGETS[name]?.();
  if (target === undefined) throw new Error(`no target ${name}: ${Object.keys(TARGETS).join(", ")}`);
  const own = Object.getOwnPropertyNames(Object.prototype).length;
  const codes = new Map<string, number>();
  const begun = performance.now();
  let [bytes, slowestMs] = [0, 0];
  for (let number = from; number < from + runs; number += 1) {
    const input = target.make(new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ number));
    bytes += input.length;
    try {
      const { answers, ms } = await timed(target, input);
      slowestMs = Math.max(slowestMs, ms);
      for (const code of answers) {
        if (!Object.hasOwn(ERROR_CODES, code)) throw new Error(`a code that is in no table: ${code}`);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      if (Object.getOwnPropertyNames(Object.prototype).length !== own)
        throw new Error("Object.prototype was changed");
    } catch (cause) {
      const again = `--target ${name} --seed ${seed} --from ${number} --runs 1`;
      throw new Error(`${again}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
  await target.close?.();
  return { runs, bytes, seconds: (performance.now() - begun) / 1000, slowestMs, codes };
}

async function timed(target: Target, input: Buffer): Promise<{ answers: readonly string[]; ms: number }> {
  const limitMs = MAX_MS * Math.max(1, input.length / PER_BYTES);
  let [fastestMs, answers]: [number, readonly string[]] = [Infinity, []];
  for (let tries = 0; tries < TRIES && fastestMs > DOUBTFUL_MS; tries += 1) {
    const begun = process.threadCpuUsage();
    answers = await target.take(Buffer.from(input));
    const { user, system } = process.threadCpuUsage(begun);
    fastestMs = Math.min(fastestMs, (user + system) / 1000);
  }
  if (fastestMs > limitMs) throw new Error(`${fastestMs.toFixed(1)} ms for ${input.length} bytes`);
  return { answers, ms: fastestMs };
}
