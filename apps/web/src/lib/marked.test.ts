import { expect, it } from "vitest";

import { marked } from "./marked.ts";

const shown = (text: string, ...words: string[]): string =>
  marked(text, words)
    .map(({ part, isHit }) => (isHit ? `[${part}]` : part))
    .join("");

it.each([
  ["The other thesis", ["the"], "[The] o[the]r [the]sis"],
  ["one and two", ["two", "one"], "[one] and [two]"],
  ["concatenate", ["cat", "concat"], "[concat]enate"],
  ["nothing", ["else"], "nothing"],
  ["", ["x"], ""],
  ["all of it", [], "all of it"],
  ["İstanbul", ["stan"], "İstanbul"],
])("in %j, looking for %j, %j is marked", (text, words, expected) => {
  expect(shown(text, ...words)).toBe(expected);
});
