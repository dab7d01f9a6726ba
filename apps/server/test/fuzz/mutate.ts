/** Owns how good input is spoilt: golden frames as their text, their values and their bytes, by chance. */
import type { SeededRandom } from "@roomcast/hub/testing";
import { readFileSync } from "node:fs";

interface Frame {
  readonly text?: string;
  readonly parts?: readonly (readonly [part: string, times: number])[];
}

const FIXTURES = new URL("../../../../packages/protocol/fixtures/", import.meta.url);

const textsIn = (file: string): string[] =>
  (JSON.parse(readFileSync(new URL(`${file}.json`, FIXTURES), "utf8")) as { frames: Frame[] }).frames
    .map(({ text, parts = [] }) => text ?? parts.map(([part, times]) => part.repeat(times)).join(""))
    // What is large is dear to spoil a million times, and large in one way.
    .filter((text) => text.length < 4_096);

const GOLDEN = [...textsIn("up"), ...textsIn("up-tolerated"), ...textsIn("up-refused")] as [
  string,
  ...string[],
];

/** JSON that has been trouble somewhere. */
const HOSTILE = [
  "null",
  ...["true", "-0", "1e400", "-1e400", "1e-400", "0.1", "9007199254740993", "-1", "[]", "{}", '""'],
  ...[
    '"__proto__"',
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '"\\ud800"',
    '"\\u0000"',
  ],
  ...[
    '"\\udc00\\ud800"',
    '"a\\nb"',
    '"\u202e"',
    '"general"',
    '"message"',
    '"guest:x"',
    '"chat.*"',
    "01",
    "+1",
  ],
  ...["NaN", "'x'", "undefined", "[1,]", '{"a":1,}', "\\u0041", '"\\x41"', '"\t"', "1.", ".5", "0x10"],
  ...[`${"[".repeat(40)}${"]".repeat(40)}`, `${'{"a":'.repeat(40)}1${"}".repeat(40)}`, "[".repeat(500)],
  `{${Array.from({ length: 300 }, (_, n) => `"k${n}":${n}`).join()}}`,
  `"${"x".repeat(300)}"`,
] as [string, ...string[]];

const BITS = [
  ...['"type":"', '"id":"', '"room":"', ',"data":', '"since":{"epoch":"e","offset":1}', '"join":[', "{", "}"],
  ...[
    "[",
    "]",
    '"',
    "\\",
    ",",
    ":",
    "\ufeff",
    "\u2028",
    "\0",
    " ",
    "\n",
    "\r",
    "e",
    "-",
    "0",
    "é",
    "😀",
    "\x1e",
  ],
] as [string, ...string[]];

/** A value, a key or a bracket: where something may be put, cut or doubled with a chance of being read. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[[\]{},:]|true|false|null/g;

type Spoil = (text: string, chance: SeededRandom) => string;

const spoilToken =
  (into: (token: string, chance: SeededRandom) => string): Spoil =>
  (text, chance) => {
    const tokens = [...text.matchAll(TOKEN)];
    const token = tokens[chance.below(tokens.length)];
    if (token === undefined) return text;
    return text.slice(0, token.index) + into(token[0], chance) + text.slice(token.index + token[0].length);
  };

const place = (text: string, chance: SeededRandom): number => chance.below(text.length + 1);

const SPOILS: readonly [Spoil, ...Spoil[]] = [
  spoilToken((_, chance) => chance.pick(HOSTILE)),
  spoilToken((_, chance) => chance.pick(HOSTILE)),
  spoilToken((token) => token + token),
  spoilToken(() => ""),
  // A key that is there twice.
  (text, chance) =>
    text.replace("{", () => `{"${chance.pick(["type", "id", "room", "data"])}":${chance.pick(HOSTILE)},`),
  (text, chance) => {
    const at = place(text, chance);
    return text.slice(0, at) + chance.pick(BITS) + text.slice(at);
  },
  (text, chance) => text.slice(0, place(text, chance)),
  (text, chance) => text.slice(place(text, chance)),
  (text, chance) => text.slice(0, place(text, chance)) + chance.pick(GOLDEN).slice(chance.below(40)),
  (text, chance) => {
    const at = place(text, chance);
    return text.slice(0, at) + String.fromCharCode(chance.below(65_536)) + text.slice(at + 1);
  },
];

/** Mostly once, sometimes often; one in eight stays good. */
export function spoil(text: string, chance: SeededRandom, spoils = SPOILS): string {
  let spoilt = text;
  for (let left = chance.below(8) === 0 ? 0 : 1 + chance.below(3); left > 0; left -= 1)
    spoilt = chance.pick(spoils)(spoilt, chance);
  return spoilt;
}

export const anyFrame = (chance: SeededRandom): string => spoil(chance.pick(GOLDEN), chance);
