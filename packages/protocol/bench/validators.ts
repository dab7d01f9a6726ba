/**
 * Measures what a validator costs on a publish message: time to decode one, taken and refused, and bytes in a browser's
 * bundle; and whether it asks for eval, which a strict Content-Security-Policy forbids. Each run is a process of its own.
 *
 *   node bench/validators.ts [--runs 7]
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const CANDIDATES = [
  ["by hand", "by-hand"],
  ["valibot", "valibot"],
  ["zod", "zod"],
  ["zod/mini", "zod-mini"],
  ["typebox, compiled", "typebox-compiled"],
  ["typebox, walked", "typebox-walked"],
  ["arktype", "arktype"],
] as const;

const NO_EVAL = "--disallow-code-generation-from-strings";
const WARM_UP = 20_000;
const ROUNDS = 40;
const ROUND_LENGTH = 1_000;

interface Run {
  readonly parseNs: number;
  /** Told that it fits … */
  readonly checkedNs: number;
  /** … and freed of unknown fields. */
  readonly takenNs: number;
  readonly refusedNs: number;
  /** How often code was to be made of a string. */
  readonly evals: number;
}

interface Candidate {
  readonly check: (value: unknown) => unknown;
  readonly drop: (value: unknown) => unknown;
}

const { values: options } = parseArgs({
  options: { runs: { type: "string", default: "7" }, candidate: { type: "string" } },
});

if (options.candidate === undefined) await report(Number(options.runs));
else console.log(JSON.stringify(await measure(options.candidate)));

async function measure(candidate: string): Promise<Run> {
  let evals = 0;
  const asked = (): void => {
    evals += 1;
  };
  globalThis.Function = new Proxy(Function, {
    apply: (target, self, args: string[]) => (asked(), Reflect.apply(target, self, args) as unknown),
    construct: (target, args: string[]) => (asked(), Reflect.construct(target, args)),
  });
  const builtIn = globalThis.eval;
  globalThis.eval = (text: string): unknown => (asked(), builtIn(text) as unknown);

  const { check, drop } = (await import(`./validators/${candidate}.ts`)) as Candidate;
  const message = { type: "publish", id: "V1StGXR8_Z5jdHi6B-myT", room: "team:general", event: "message" };
  const taken = JSON.stringify({ ...message, data: { text: "x".repeat(100) }, echo: false });
  const refused = taken.replace('"message"', '"No Such Name"');
  const more = taken.replace("{", '{"more":1,');
  if (JSON.stringify(drop(JSON.parse(more))) !== taken || check(JSON.parse(refused)) !== undefined) {
    throw new Error(`${candidate} does not tell a message from a broken one`);
  }
  const [parseNs = 0, checkedNs = 0, takenNs = 0, refusedNs = 0] = timed([
    () => JSON.parse(taken) as unknown,
    () => check(JSON.parse(taken)),
    () => drop(JSON.parse(taken)),
    () => drop(JSON.parse(refused)),
  ]);
  return { parseNs, checkedNs, takenNs, refusedNs, evals };
}

/** ns a call, of the round that was disturbed least. The rounds of all take turns. */
function timed(decoders: readonly (() => unknown)[]): number[] {
  for (const decode of decoders) for (let call = 0; call < WARM_UP; call += 1) decode();
  const best = decoders.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, decode] of decoders.entries()) {
      const start = process.hrtime.bigint();
      for (let call = 0; call < ROUND_LENGTH; call += 1) decode();
      best[index] = Math.min(best[index]!, Number(process.hrtime.bigint() - start) / ROUND_LENGTH);
    }
  }
  return best;
}

async function report(runs: number): Promise<void> {
  const usual = new Map<string, Run[]>();
  const strict = new Map<string, Run[]>();
  // Round robin: when the machine is busy, all of them feel it.
  for (let run = 0; run < runs; run += 1) {
    for (const [, file] of CANDIDATES) {
      add(usual, file, inProcess(file, []));
      add(strict, file, inProcess(file, [NO_EVAL]));
    }
  }
  const parse = [...usual.values(), ...strict.values()].flat().map((run) => run.parseNs);
  console.log(
    `Node ${process.version}, V8 ${process.versions.v8}; min–median–max of ${runs} runs, ns a message.`,
  );
  console.log(`JSON.parse alone takes ${spread(parse)}; the columns behind hold it.`);
  console.log("checked: it fits; taken: and unknown fields are dropped; refused: by its event's name.\n");
  console.log(
    "| validator | checked | taken | refused | taken without eval | asks for eval | bundle, bytes gzipped |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const [name, file] of CANDIDATES) {
    const normal = usual.get(file) ?? [];
    const cells = [
      name,
      spread(normal.map((run) => run.checkedNs)),
      spread(normal.map((run) => run.takenNs)),
      spread(normal.map((run) => run.refusedNs)),
      spread((strict.get(file) ?? []).map((run) => run.takenNs)),
      normal.some((run) => run.evals > 0) ? "yes" : "no",
      String(await bundleBytes(`./validators/${file}.ts`)),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log(
    `\nThis whole package, as a browser gets it: ${await bundleBytes("../src/index.ts")} bytes gzipped.`,
  );
}

function inProcess(candidate: string, flags: string[]): Run {
  const script = fileURLToPath(import.meta.url);
  return JSON.parse(
    execFileSync(process.execPath, [...flags, script, "--candidate", candidate], { encoding: "utf8" }),
  ) as Run;
}

async function bundleBytes(entry: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function spread(values: readonly number[]): string {
  return [Math.min(...values), median(values), Math.max(...values)].map((ns) => Math.round(ns)).join("–");
}
