/** Owns what the bench writes: its part of docs/performance.md, between two markers, with pictures and the raw results. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { FIGURES } from "../figures.ts";
import type { Machine } from "../machine.ts";
import type { Peer } from "../peers/peers.ts";
import type { Results } from "../results.ts";
import type { Scenario } from "../scenarios.ts";
import { spread } from "../statistics.ts";
import { type Bar, chart } from "./chart.ts";
import { figure } from "./format.ts";
import { goalTable, scenarioTable } from "./tables.ts";

const DOCS = fileURLToPath(new URL("../../../docs", import.meta.url));
const PICTURES = "performance";
const BEGIN = "<!-- written by pnpm bench: begin -->";
const END = "<!-- written by pnpm bench: end -->";

export interface Measured {
  readonly machine: Machine;
  /** In sizes smaller than the titles say. */
  readonly quick: boolean;
  readonly repeats: number;
  /** Somebody ended it before all of them were done. */
  readonly endedEarly: boolean;
  readonly scenarios: readonly Scenario[];
  readonly peers: readonly Peer[];
  readonly results: Results;
}

/** The tables as Markdown; `picture` leads to the picture of a scenario, where there is one. */
export function markdown(measured: Measured, picture?: (scenario: Scenario) => string): string {
  const { machine, quick, repeats, endedEarly, scenarios, peers, results } = measured;
  const loads = spread(results.entries.map(({ load }) => load));
  const { faults, failures } = results;
  return [
    `${machine.date} UTC; ${machine.processor}; ${machine.system}; Node ${machine.node}; ` +
      `${machine.pinned ? "server and load on a processor each" : "not pinned"}; ${endedEarly ? "ended early, of " : ""}${repeats} interleaved repeats; ` +
      `load average ${loads === undefined ? "unknown" : `${figure(loads.min)} to ${figure(loads.max)}`}. ` +
      `${quick ? "**Quick: sizes are smaller than the titles say.** " : ""}Each cell: median (least–greatest). A ratio is the median of pairs within one repeat.`,
    faults.length === 0
      ? "In all runs: nothing lost, doubled or out of order."
      : `**Lost, doubled or out of order**: ${faults.map(({ scenario, peer }) => `${peer} in ${scenario}`).join(", ")}.`,
    ...(failures.length === 0
      ? []
      : [
          `**Came to nothing**: ${failures.map(({ scenario, peer, failure = "" }) => `${peer} in ${scenario} (${failure})`).join(", ")}.`,
        ]),
    goalTable(results),
    ...scenarios.flatMap((scenario) => [
      scenarioTable(scenario, peers, results),
      ...(picture === undefined ? [] : [`![${scenario.name}](${picture(scenario)})`]),
    ]),
  ].join("\n\n");
}

/** Replaces what the last run has written. */
export function writePage(measured: Measured): void {
  mkdirSync(join(DOCS, PICTURES), { recursive: true });
  for (const scenario of measured.scenarios)
    writeFileSync(join(DOCS, PICTURES, `${scenario.name}.svg`), picture(scenario, measured));
  const { machine, repeats, results } = measured;
  const raw = { machine, repeats, entries: results.entries };
  writeFileSync(join(DOCS, PICTURES, "results.json"), `${JSON.stringify(raw, null, 1)}\n`);
  const page = join(DOCS, "performance.md");
  const text = markdown(measured, ({ name }) => `${PICTURES}/${name}.svg`);
  writeFileSync(page, between(readFileSync(page, "utf8"), text));
}

/** @throws when the page has no place for it. */
export function between(page: string, text: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the page needs ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${page.slice(end)}`;
}

function picture({ name, title, figures }: Scenario, { peers, results }: Measured): string {
  const [compared] = figures;
  const bars = peers.flatMap((peer): Bar[] => {
    const value = results.spread(name, peer.name, compared);
    return value === undefined ? [] : [{ label: peer.title, ours: peer.ours === true, value }];
  });
  return chart(
    `${name}: ${FIGURES[compared].title} (${FIGURES[compared].better} is better) – ${title}`,
    bars,
  );
}
