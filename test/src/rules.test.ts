/** docs/rules.md and the names of the tests are held together: no rule without a test, no test of a rule nobody wrote down. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RULE = /\b(?:S[1-8]|(?:[RLCWHVUB]|SS)-[A-Z0-9]+(?:-[A-Z0-9]+)*)\b/g;

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
/** Tests, and the suites that run over every log. */
const tests = globSync(["{packages,apps}/*/{src,test}/**/*.ts", "{bench,test}/src/**/*.ts"], { cwd: ROOT })
  .filter((file) => /\.test\.ts$|-(?:rules|suite)\.ts$/.test(file))
  .filter((file) => !file.endsWith("rules.test.ts"));

const rulesIn = (text: string): Set<string> => new Set(text.match(RULE));

it("every rule has a test that bears its name, and every rule that a test bears is written down", () => {
  const written = rulesIn(
    read("docs/rules.md")
      .split("\n")
      .map((line) => /^\| (\S+) \|/.exec(line)?.[1] ?? "")
      .join("\n"),
  );
  const proved = rulesIn(tests.map(read).join("\n"));
  expect([...written].filter((rule) => !proved.has(rule))).toEqual([]);
  expect([...proved].filter((rule) => !written.has(rule))).toEqual([]);
});
