/** Owns chance in tests: the same seed makes the same JSON values. `SEED=… pnpm test` replays a run. */

export const SEED = Number(process.env["SEED"] ?? 1);

/** Mulberry32: numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <Item>(random: () => number, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)]!;

const TEXTS = [
  "",
  "a",
  "hello",
  '"',
  "\\",
  "\n\r\t\u0000",
  "\u2028\u2029",
  "\ud83d",
  "\udc4b",
  "👋",
  "世界",
  "é",
  "</script>",
];
const KEYS = [...TEXTS, "__proto__", "constructor", "toString", "toJSON", "10", "2", "text"];
const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 1e-7, 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE, 1795305600000];

export function randomJson(random: () => number, depth = 4): unknown {
  const kinds = depth === 0 ? 4 : 6;
  switch (Math.floor(random() * kinds)) {
    case 0:
      return pick(random, [null, true, false]);
    case 1:
      return pick(random, NUMBERS);
    case 2:
      return pick(random, TEXTS) + pick(random, TEXTS);
    case 3:
      return (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
    case 4:
      return Array.from({ length: Math.floor(random() * 5) }, () => randomJson(random, depth - 1));
    default:
      // fromEntries defines keys, where an assignment to __proto__ would not.
      return Object.fromEntries(
        Array.from({ length: Math.floor(random() * 5) }, () => [
          pick(random, KEYS),
          randomJson(random, depth - 1),
        ]),
      );
  }
}
