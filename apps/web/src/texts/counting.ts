/** Owns how a language writes numbers, alone and with what they count. */
export function counting(tag: string): {
  readonly number: (n: number) => string;
  /** @param many default: `one` and an s. */
  readonly count: (n: number, one: string, many?: string) => string;
} {
  const format = new Intl.NumberFormat(tag);
  const number = (n: number): string => format.format(n);
  return { number, count: (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}` };
}
