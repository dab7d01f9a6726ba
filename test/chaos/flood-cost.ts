/**
 * What one client at a thousand times its allowance costs honest ones: how long what they publish takes to come back, beside the attacker
 * and without, turn by turn, on one server with its default limits.
 * `pnpm flood [--attack publish,connect,http,socketio] [--pairs 20] [--trips 2000]`
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { ServerProcess } from "../harness/server-process.ts";
import { ATTACKS, type AttackName } from "./attacks.ts";
import { HonestClients } from "./honest-clients.ts";

const FLOODER = fileURLToPath(new URL("flooder.ts", import.meta.url));
/** From the beginning or the end of an attack, until things are as they stay. */
const SETTLE_MS = 1_500;
const MOST = 1.2;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    attack: { type: "string", default: Object.keys(ATTACKS).join() },
    pairs: { type: "string", default: "20" },
    trips: { type: "string", default: "2000" },
  },
});
const [pairs, trips] = [Number(values.pairs), Number(values.trips)];
const attacks = values.attack.split(",") as AttackName[];

await using server = await ServerProcess.start({ ROOMCAST_LOG: "error" });
// The server on a processor of its own, whoever asks it on the others.
if (availableParallelism() > 1) {
  await pin(server.pid, "0");
  await pin(process.pid, `1-${availableParallelism() - 1}`);
}
const honest = await HonestClients.join(server.ws);

interface Turn {
  readonly p99Ms: number;
  /** Of a processor, what the server took. */
  readonly busy: number;
}

async function turn(): Promise<Turn> {
  await sleep(SETTLE_MS);
  const [sinceMs, workedMs] = [performance.now(), cpuMs()];
  const sorted = (await honest.trips(trips)).toSorted((a, b) => a - b);
  const busy = (cpuMs() - workedMs) / (performance.now() - sinceMs);
  return { p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? NaN, busy };
}

/** Of all its threads (proc(5): utime and stime, in ticks of 10 ms). */
function cpuMs(): number {
  const stat = readFileSync(`/proc/${server.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function beside(attack: AttackName): Promise<Turn> {
  const args = ["--conditions=@roomcast/source", FLOODER, attack, String(server.port)];
  // It is the server that it is to cost time, not who measures: it runs beside the server, when that has nothing to do, and makes
  // way at once. A low priority does not do, nor the other processor: who has it keeps it for some milliseconds all the same.
  const idle = ["taskset", "--cpu-list", "0", "chrt", "--idle", "0"];
  const attacker = spawn("env", [...idle, process.execPath, ...args], { stdio: "inherit" });
  try {
    return await turn();
  } finally {
    await end(attacker);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

async function pin(pid: number, processors: string): Promise<void> {
  await once(spawn("taskset", ["-acp", processors, String(pid)], { stdio: "ignore" }), "exit");
}

const told = ({ p99Ms, busy }: Turn): string =>
  `p99 ${p99Ms.toFixed(3)} ms, server ${Math.round(busy * 100)} % busy`;

let isDear = false;
for (const attack of attacks) {
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    // Which comes first changes, so that what goes on besides favours neither.
    const first = pair % 2 === 0 ? await turn() : undefined;
    const attacked = await beside(attack);
    const alone = first ?? (await turn());
    ratios.push(attacked.p99Ms / alone.p99Ms);
    console.log(`${attack}: alone ${told(alone)}; beside ${told(attacked)}`);
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const [least = NaN, most = NaN] = [sorted[0], sorted.at(-1)];
  console.log(
    `${attack}: ${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)}), ${pairs} pairs of ${trips} trips`,
  );
  isDear ||= !(median < MOST);
}
await honest.close();
process.exitCode = isDear ? 1 : 0;
