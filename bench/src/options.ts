/** Owns what can be asked of the bench on its command line. */
import { parseArgs } from "node:util";

import type { Peer } from "./peers/peers.ts";
import { PEERS } from "./peers/peers.ts";
import { type Scenario, SCENARIOS } from "./scenarios.ts";

export interface Options {
  readonly quick: boolean;
  readonly repeats: number;
  readonly scenarios: readonly Scenario[];
  readonly peers: readonly Peer[];
  /** Whether docs/performance.md is written anew. */
  readonly write: boolean;
}

export const USAGE = `pnpm bench [--quick] [--repeats N] [--scenarios A,B] [--peers roomcast,bun] [--also NAME=COMMAND]... [--no-write]

  --quick      about a minute: small sizes, measured once, nothing written to docs/performance.md
  --repeats    how often each pair of scenario and peer is measured (default 5)
  --scenarios  ${SCENARIOS.map(({ name }) => name).join(" ")}
  --peers      ${PEERS.map(({ name }) => name).join(" ")}
  --also       a further server that speaks as programs/tutorial-ws.ts does; {port} in its command is its port
  --no-write   leave docs/performance.md as it is`;

/** @returns what was asked for, or what is wrong with it. */
export function readOptions(words: readonly string[]): Options | string {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: "boolean", default: false },
      repeats: { type: "string" },
      scenarios: { type: "string" },
      peers: { type: "string" },
      also: { type: "string", multiple: true, default: [] },
      "no-write": { type: "boolean", default: false },
    },
  });
  const { quick } = values;
  const repeats = Number(values.repeats ?? (quick ? 1 : 5));
  if (!Number.isInteger(repeats) || repeats < 1) return "--repeats: a whole number from 1";
  const peers = named("peers", [...PEERS, ...values.also.map(foreignPeer)], values.peers);
  if (typeof peers === "string") return peers;
  const scenarios = named(
    "scenarios",
    SCENARIOS.flatMap((each) => sized(each, quick)),
    values.scenarios,
  );
  if (typeof scenarios === "string") return scenarios;
  return { quick, repeats, scenarios, peers, write: !quick && !values["no-write"] };
}

function sized(scenario: Scenario, quick: boolean): Scenario[] {
  if (!quick) return [scenario];
  return scenario.quick === undefined ? [] : [{ ...scenario, load: scenario.quick }];
}

/** Those of `all` that are named; all of them when nobody is. */
function named<Item extends { readonly name: string }>(
  option: string,
  all: readonly Item[],
  names: string | undefined,
): readonly Item[] | string {
  if (names === undefined) return all;
  const wanted = names.split(",");
  const unknown = wanted.find((name) => !all.some((each) => each.name === name));
  return unknown === undefined
    ? all.filter(({ name }) => wanted.includes(name))
    : `--${option}: there is no ${unknown}, only ${all.map(({ name }) => name).join(", ")}`;
}

function foreignPeer(text: string): Peer {
  const [name = "", ...rest] = text.split("=");
  const [program = "", ...args] = rest.join("=").split(" ");
  return {
    ...{ name, title: name, dialect: "plain" },
    command: (port) => ({ program, args: args.map((arg) => arg.replaceAll("{port}", String(port))) }),
  };
}
