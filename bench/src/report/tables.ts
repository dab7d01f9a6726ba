/** Owns the tables of a run: one for each scenario, one for the goals. */
import { FIGURES } from "../figures.ts";
import { type Bound, type Goal, GOALS, reached } from "../goals.ts";
import type { Peer } from "../peers/peers.ts";
import type { Results } from "../results.ts";
import type { Scenario } from "../scenarios.ts";
import { figure, range, table } from "./format.ts";

/** Ours, as a user would run it. */
const OURS = "roomcast";
const REFERENCE = "socket.io";

export function scenarioTable(scenario: Scenario, peers: readonly Peer[], results: Results): string {
  const { name, title, figures } = scenario;
  const [compared] = figures;
  const head = ["", ...figures.map((each) => FIGURES[each].title), `× ${REFERENCE}`];
  const rows = peers
    .filter((peer) => results.measured(name, peer.name))
    .map((peer) => {
      const ratio = results.ratio([name, peer.name], [name, REFERENCE], compared);
      return [
        peer.title,
        ...figures.map((each) => {
          const value = results.spread(name, peer.name, each);
          return value === undefined ? "–" : range(value);
        }),
        ratio === undefined ? "–" : range(ratio),
      ];
    });
  return `**${name}**: ${title}\n\n${table(head, rows)}`;
}

export function goalTable(results: Results): string {
  const rows = GOALS.flatMap((goal) => {
    const value = measured(goal, results);
    if (value === undefined) return [];
    const verdict = reached(goal.must, value.median) ? "reached" : "**missed**";
    return [[goal.scenario, sentence(goal), bound(goal.must), range(value), verdict]];
  });
  return table(["", "ours, SQLite at `disk`", "must", "measured: median (min–max)", ""], rows);
}

function measured({ scenario, figure: name, against, againstScenario }: Goal, results: Results) {
  if (against !== undefined) return results.ratio([scenario, OURS], [scenario, against], name);
  if (againstScenario !== undefined) return results.ratio([scenario, OURS], [againstScenario, OURS], name);
  return results.spread(scenario, OURS, name);
}

function sentence({ figure: name, against, againstScenario }: Goal): string {
  const other = against ?? againstScenario;
  return other === undefined ? FIGURES[name].title : `${FIGURES[name].title}, × ${other}`;
}

const bound = (goal: Bound): string =>
  "atMost" in goal ? `≤ ${figure(goal.atMost)}` : `≥ ${figure(goal.atLeast)}`;
