/** `pnpm bench`: measures Roomcast and its peers, interleaved, and writes down what came out. */
import { loadAverage, machine } from "./machine.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import type { Peer } from "./peers/peers.ts";
import { Progress } from "./progress.ts";
import { markdown, type Measured, writePage } from "./report/page.ts";
import { Results } from "./results.ts";
import { run } from "./run.ts";
import type { Scenario } from "./scenarios.ts";

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n\n${USAGE}`);
  process.exit(1);
}
const measured = await measure(options);
console.log(markdown(measured));
if (options.write) writePage(measured);
const { faults, failures } = measured.results;
if (faults.length + failures.length > 0) process.exitCode = 1;

async function measure({ quick, repeats, scenarios, peers, write }: Options): Promise<Measured> {
  const results = new Results();
  const missing = new Set<Peer>();
  const plan = planned(repeats, scenarios, peers);
  const progress = new Progress(plan.length);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => {
      stop.abort();
    });
  const untilNow = (endedEarly: boolean): Measured => ({
    ...{ machine: machine(), quick, repeats, endedEarly, scenarios, peers, results },
  });
  let current = 0;
  for (const { scenario, peer, repeat } of plan) {
    // What is measured is kept, whatever becomes of the rest.
    if (write && repeat > current) writePage(untilNow(true));
    current = repeat;
    progress.begin(`${scenario.name} ${peer.name}`);
    if (missing.has(peer)) continue;
    const outcome = { scenario: scenario.name, peer: peer.name, repeat, load: loadAverage() };
    try {
      const figures = await run(scenario, peer);
      if (figures !== undefined) results.add({ ...outcome, figures });
      else {
        missing.add(peer);
        console.error(`\n${peer.title}: not to be had on this machine, left out`);
      }
    } catch (error) {
      // A terminal's signal is for all processes: the run under way breaks off with them.
      if (!stop.signal.aborted) results.add({ ...outcome, figures: {}, failure: String(error) });
    }
    if (stop.signal.aborted) break;
  }
  progress.end();
  return untilNow(stop.signal.aborted);
}

interface Planned {
  readonly scenario: Scenario;
  readonly peer: Peer;
  readonly repeat: number;
}

/** Peer after peer within a scenario, scenario after scenario within a repeat; another peer is first each time. */
function planned(repeats: number, scenarios: readonly Scenario[], peers: readonly Peer[]): Planned[] {
  return Array.from({ length: repeats }, (_, repeat) =>
    scenarios.flatMap((scenario) => {
      const able = peers.filter(({ dialect }) => scenario.dialects?.includes(dialect) ?? true);
      const first = repeat % able.length;
      return [...able.slice(first), ...able.slice(0, first)].map((peer) => ({ scenario, peer, repeat }));
    }),
  ).flat();
}
