/** Owns which parts of a text are what somebody looked for. */

export interface Marked {
  readonly part: string;
  readonly isHit: boolean;
}

/** @param words in lower case. */
export function marked(text: string, words: readonly string[]): Marked[] {
  const lower = text.toLocaleLowerCase();
  // Where lower case is longer than what it is of, places do not agree: better no mark than a wrong one.
  if (words.length === 0 || lower.length !== text.length) return [{ part: text, isHit: false }];
  const parts: Marked[] = [];
  for (let at = 0; at < text.length;) {
    const hits = words.map((word) => ({ from: lower.indexOf(word, at), length: word.length }));
    const [next] = hits
      .filter(({ from }) => from !== -1)
      .sort((a, b) => a.from - b.from || b.length - a.length);
    const from = next?.from ?? text.length;
    if (from > at) parts.push({ part: text.slice(at, from), isHit: false });
    if (next !== undefined) parts.push({ part: text.slice(from, from + next.length), isHit: true });
    at = from + (next?.length ?? 0);
  }
  return parts;
}
