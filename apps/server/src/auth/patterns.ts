/**
 * Owns names that stand for many: a name, or the beginning of some and `*`. Of several that fit, the most specific counts: the
 * name itself, then the longest beginning.
 */
export class Patterns<Value> {
  readonly #names = new Map<string, Value>();
  /** The longest first. */
  readonly #beginnings: readonly (readonly [beginning: string, Value])[];

  constructor(entries: readonly (readonly [pattern: string, Value])[]) {
    const beginnings: [string, Value][] = [];
    for (const [pattern, value] of entries) {
      if (pattern.endsWith("*")) beginnings.push([pattern.slice(0, -1), value]);
      else this.#names.set(pattern, value);
    }
    this.#beginnings = beginnings.sort(([a], [b]) => b.length - a.length);
  }

  find(name: string): Value | undefined {
    const own = this.#names.get(name);
    if (own !== undefined) return own;
    return this.#beginnings.find(([beginning]) => name.startsWith(beginning))?.[1];
  }
}
