/** docs/rules.md and the names of the tests are held together: no rule without a test, no test of a rule nobody wrote down. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RULE = /\b(?:S[1-8]|(?:[RLCWHVUB]|S[AS])-[A-Z0-9]+(?:-[A-Z0-9]+)*)\b/g;

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
/** Tests, and the suites that run over every log. */
const tests = globSync(["{packages,apps}/*/{src,test}/**/*.ts", "{bench,test}/src/**/*.ts"], { cwd: ROOT })
  .filter((file) => /\.test\.ts$|-(?:rules|suite)\.ts$/.test(file))
  .filter((file) => !file.endsWith("rules.test.ts"));

const rulesIn = (text: string): Set<string> => new Set(text.match(RULE));

/** Rows of docs/threats.md: `T-3` in the suite over all transports, `T3` where one is proved below it. */
const rowsIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/\bT-?(\d{1,2})\b/g)].map(([, row]) => row!));

it("every row of docs/threats.md has a test that bears its name, and the other way round", () => {
  const written = [...read("docs/threats.md").matchAll(/^\| T-(\d+) \|(.*)$/gm)];
  const names = tests.flatMap((file) => read(file).match(/["`](?:[\w-]+ )*T-?\d{1,2}\b[^"`\n]*:/g) ?? []);
  const proved = rowsIn(names.join("\n"));
  // What there is nothing of to attack yet says so.
  const open = written.flatMap(([, row, rest]) => (rest!.includes("not there yet") ? [row!] : []));
  const rows = written.map(([, row]) => row!);
  expect(rows.filter((row) => !proved.has(row) && !open.includes(row))).toEqual([]);
  expect([...proved].filter((row) => !rows.includes(row))).toEqual([]);
});

it("every requirement has a test that bears its name or says what proves it, and every one that a test bears is written down", () => {
  const rows = [...read("docs/rules.md").matchAll(/^\| ([A-D]\d+) \|[^|]*\|([^|]*)\|$/gm)].map(
    ([, row, proof]) => ({ row: row!, isProved: proof!.trim() !== "" }),
  );
  const heads = tests.flatMap((file) =>
    [...read(file).matchAll(/["`]((?:[A-Z][\w-]*,? )*[A-D]\d{1,2})\b/g)].map(([, head]) => head!),
  );
  const borne = new Set(heads.flatMap((head) => head.match(/\b[A-D]\d{1,2}\b/g) ?? []));
  expect(rows.filter(({ row, isProved }) => isProved === borne.has(row))).toEqual([]);
  expect([...borne].filter((one) => !rows.some(({ row }) => row === one))).toEqual([]);
});

const ruled = (): Set<string> =>
  rulesIn(
    read("docs/rules.md")
      .split("\n")
      .map((line) => /^\| (\S+) \|/.exec(line)?.[1] ?? "")
      .join("\n"),
  );

it("every rule of PROTOCOL.md stands in docs/rules.md, and is proved by tests of its own name or of the rules beside it", () => {
  const rows = [...read("docs/rules.md").matchAll(/^\| (P-[A-Z]+-\d+) \|[^|]*\|([^|]*)\|$/gm)].map(
    ([, id, proofs]) => ({ id: id!, by: proofs!.trim().split(" ").filter(Boolean) }),
  );
  const ids = rows.map(({ id }) => id);
  expect(ids).toEqual([...read("PROTOCOL.md").matchAll(/^- \*\*(P-[A-Z]+-\d+)\*\*/gm)].map(([, id]) => id));
  const titles = tests.flatMap((file) => read(file).match(/["`](?:[A-Z][\w–-]*,? )*P-[A-Z]+-\d+/g) ?? []);
  const borne = new Set(titles.flatMap((title) => title.match(/P-[A-Z]+-\d+/g) ?? []));
  expect(rows.filter(({ id, by }) => by.length === 0 && !borne.has(id))).toEqual([]);
  expect([...borne].filter((id) => !ids.includes(id))).toEqual([]);
  // That each of these has a test is held below.
  expect(rows.flatMap(({ by }) => by).filter((rule) => !ruled().has(rule))).toEqual([]);
});

it("every rule has a test that bears its name, and every rule that a test bears is written down", () => {
  const written = ruled();
  const proved = rulesIn(tests.map(read).join("\n"));
  expect([...written].filter((rule) => !proved.has(rule))).toEqual([]);
  expect([...proved].filter((rule) => !written.has(rule))).toEqual([]);
});
