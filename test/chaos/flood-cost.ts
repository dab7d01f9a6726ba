/**
 * What one client at a thousand times its allowance costs honest ones through our server: the p99 of how long what they publish takes
 * to come back, on one server with its default limits.
 *
 * The attacker shares the server's processor, and makes way for it at once. Still it costs the honest something that is no server's
 * doing: what the system does for its sockets, and what it drives out of the processor's caches. So it floods three times, in turns:
 * nobody, a sink that only accepts and then does not read, or cuts (the least that any server could do), and the server. What it costs
 * through our server is the last beside the second. A figure is the median of the turns of a kind: a turn in which the machine had
 * something else to do says nothing. Told beside it is the p99 of all trips of a kind together, which such a turn spoils.
 * `pnpm flood [--attack publish,connect,http,socketio] [--rounds 12] [--trips 4000]`
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { freePort } from "../harness/ports.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { ATTACKS, type AttackName } from "./attacks.ts";
import { HonestClients } from "./honest-clients.ts";

const FLOODER = fileURLToPath(new URL("flooder.ts", import.meta.url));
const SINK = fileURLToPath(new URL("sink.ts", import.meta.url));
/** From the beginning or the end of an attack, until things are as they stay. */
const SETTLE_MS = 3_000;
const MOST = 1.2;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    attack: { type: "string", default: Object.keys(ATTACKS).join() },
    rounds: { type: "string", default: "12" },
    trips: { type: "string", default: "4000" },
  },
});
const [rounds, trips] = [Number(values.rounds), Number(values.trips)];
const attacks = values.attack.split(",") as AttackName[];

await using server = await ServerProcess.start({ ROOMCAST_LOG: "error" });
// The server on a processor of its own, whoever asks it on the others.
if (availableParallelism() > 1) {
  await run("taskset", "-acp", "0", String(server.pid));
  await run("taskset", "-acp", `1-${availableParallelism() - 1}`, String(process.pid));
}
const honest = await HonestClients.join(server.ws);

interface Turn {
  /** In rising order. */
  readonly tripsMs: readonly number[];
  readonly p99Ms: number;
  /** Of a processor, what the server took. */
  readonly busy: number;
}

/** What is flooded while the honest speak to the server. */
const KINDS = {
  nobody: turn,
  "the sink": async (attack) => {
    const port = String(await freePort());
    return beside([
      [SINK, ATTACKS[attack].sink, port],
      [FLOODER, attack, port],
    ]);
  },
  "the server": (attack) => beside([[FLOODER, attack, String(server.port)]]),
} as const satisfies Record<string, (attack: AttackName) => Promise<Turn>>;
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

async function turn(): Promise<Turn> {
  await sleep(SETTLE_MS);
  const [sinceMs, workedMs] = [performance.now(), cpuMs()];
  const sorted = (await honest.trips(trips)).toSorted((a, b) => a - b);
  const busy = (cpuMs() - workedMs) / (performance.now() - sinceMs);
  return { tripsMs: sorted, p99Ms: p99(sorted), busy };
}

const p99 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.99)] ?? NaN;

/** Of all its threads (proc(5): utime and stime, in ticks of 10 ms). */
function cpuMs(): number {
  const stat = readFileSync(`/proc/${server.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function beside(programs: readonly (readonly string[])[]): Promise<Turn> {
  // It is the server that it is to cost time, not who measures: it runs beside the server, when that has nothing to do, and makes
  // way at once. A low priority does not do, nor the other processor: who has it keeps it for some milliseconds all the same.
  const idle = ["taskset", "--cpu-list", "0", "chrt", "--idle", "0"];
  const node = [process.execPath, "--conditions=@roomcast/source"];
  const children = programs.map((args) => spawn("env", [...idle, ...node, ...args], { stdio: "inherit" }));
  try {
    return await turn();
  } finally {
    await Promise.all(children.map(end));
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  await once(spawn(program, args, { stdio: "ignore" }), "exit");
}

const sortedBy = (turns: readonly Turn[], of: "p99Ms" | "busy"): readonly number[] =>
  turns.map((each) => each[of]).toSorted((a, b) => a - b);
const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? NaN;

const pooled = (turns: readonly Turn[]): number =>
  p99(turns.flatMap(({ tripsMs }) => tripsMs).toSorted((a, b) => a - b));

function told(turns: readonly Turn[]): string {
  const sorted = sortedBy(turns, "p99Ms");
  const [least = NaN, most = NaN] = [sorted[0], sorted.at(-1)];
  const busy = Math.round(median(sortedBy(turns, "busy")) * 100);
  const together = pooled(turns).toFixed(2);
  return `${median(sorted).toFixed(2)} ms (${least.toFixed(2)}–${most.toFixed(2)}), all trips together ${together}, server ${busy} % busy`;
}

let isDear = false;
for (const attack of attacks) {
  const turns = { nobody: [] as Turn[], "the sink": [] as Turn[], "the server": [] as Turn[] };
  for (let round = 0; round < rounds; round += 1) {
    // Which comes first changes, so that what goes on besides favours none.
    for (let place = 0; place < NAMES.length; place += 1) {
      const name = NAMES[(round + place) % NAMES.length] ?? "nobody";
      turns[name].push(await KINDS[name](attack));
    }
  }
  const p99Ms = (name: keyof typeof KINDS): number => median(sortedBy(turns[name], "p99Ms"));
  const cost = p99Ms("the server") / p99Ms("the sink");
  console.log(`${attack}, p99 of ${trips} trips, median of ${rounds} turns (least–greatest):`);
  for (const name of NAMES) console.log(`  ${name} is flooded: ${told(turns[name])}`);
  const all = p99Ms("the server") / p99Ms("nobody");
  console.log(`  the server beside the sink: ${cost.toFixed(2)}; beside nobody: ${all.toFixed(2)}`);
  const together = pooled(turns["the server"]);
  const [sink, nobody] = [pooled(turns["the sink"]), pooled(turns.nobody)];
  console.log(`  all trips together: ${(together / sink).toFixed(2)}; ${(together / nobody).toFixed(2)}`);
  isDear ||= !(cost < MOST);
}
await honest.close();
process.exitCode = isDear ? 1 : 0;
