/** Rule U-LANGUAGE: no component and no class says a word of its own; all of them stand in the tables. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "svelte/compiler";
import { expect, it } from "vitest";

const SRC = join(import.meta.dirname, "..");
/** Two words, or one that begins like a sentence. */
const SAID = /\p{L}\p{Ll}+[,.:…]? \p{L}|^\s*\p{Lu}\p{Ll}+|^\p{Ll}{3,}…/u;
/** What is no text: the app's own name, keys, units, and what a program reads. */
const NO_TEXT = [
  /^(?:· )?Roomcast$|^Ticker view$/,
  /^(?:Mod|Shift)\+|^(?:Arrow\w+|Enter|Escape|Esc|End|Delete|Ctrl|Mod|Mac)$/,
  /^[KMGT]iB$/,
  /^\(pointer: coarse\)$|^input, textarea|^npx |^\s*-H |^(?:Authorization|Bearer |Content-Type|Notification)$/,
];
/** Attributes that are read, or read out. */
const READ = new Set([
  "aria-label",
  "title",
  "placeholder",
  "alt",
  "label",
  "empty",
  "none",
  "find",
  "action",
]);

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** Every text that stands in a syntax tree, where nobody would look for it to translate it. */
function saidIn(node: Node, isRead = true): string[] {
  switch (node.type) {
    case "StyleSheet":
    case "Comment":
    case "ImportDeclaration":
    case "ImportExpression":
    case "ThrowStatement": // A bug: it is told to programmers.
      return [];
    case "Text":
      return isRead && /\p{L}{2}/u.test(String(node["data"])) ? [String(node["data"]).trim()] : [];
    case "Literal":
      return typeof node["value"] === "string" && SAID.test(node["value"]) ? [node["value"]] : [];
    case "TemplateElement": {
      const { cooked } = node["value"] as { readonly cooked: string };
      return SAID.test(cooked) ? [cooked] : [];
    }
    case "Attribute":
      return within(node, READ.has(String(node["name"])));
    default:
      return within(node, node.type.startsWith("Tagged") ? false : isRead);
  }
}

const within = (node: Node, isRead: boolean): string[] =>
  Object.values(node)
    .flat()
    .filter(isNode)
    .flatMap((child) => saidIn(child, isRead));

function textsOf(file: string): string[] {
  const source = readFileSync(join(SRC, file), "utf8");
  // A module is what stands in a component's script.
  const component = file.endsWith(".svelte") ? source : `<script lang="ts">\n${source}\n</script>`;
  const { fragment, instance, module } = parse(component, { modern: true });
  return [fragment, instance, module]
    .filter((part) => isNode(part))
    .flatMap((part) => saidIn(part))
    .filter((text) => !NO_TEXT.some((known) => known.test(text)));
}

it("U-LANGUAGE: no text stands outside the tables", () => {
  const files = globSync("**/*.{svelte,ts}", { cwd: SRC }).filter(
    (file) => !/\.test\.ts$|(?:^|\/)texts\//.test(file),
  );
  expect(files.length).toBeGreaterThan(80);
  const said = files.flatMap((file) => textsOf(file).map((text) => `${file}: ${text}`));
  expect(said).toEqual([]);
});

it("U-LANGUAGE: a text that stands elsewhere is found", () => {
  const found = (component: string): string[] =>
    saidIn(parse(component, { modern: true }).fragment as unknown as Node);
  expect(found("<p>Word</p>")).toEqual(["Word"]);
  expect(found('<p aria-label="some words">{x}</p>')).toEqual(["some words"]);
  expect(found('<p class="some words">{isOpen ? "Live" : t().old}</p>')).toEqual(["Live"]);
  expect(found("<p>{`went by ${n} unseen`}</p>")).toEqual(["went by "]);
});
