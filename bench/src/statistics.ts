/** Owns what is said of repeated measurements: the median with its range, and ratios of pairs within one repeat. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly count: number;
}

/** undefined of nothing. */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const middle = (sorted.length - 1) / 2;
  const [low = min, high = max] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return { min, median: (low + high) / 2, max, count: sorted.length };
}

/**
 * The same machine drifts by a quarter from one repeat to the next, so that a ratio is taken within each repeat.
 * @param ours by repeat, with undefined where it was not measured; `theirs` likewise.
 */
export function ratioSpread(
  ours: readonly (number | undefined)[],
  theirs: readonly (number | undefined)[],
): Spread | undefined {
  return spread(
    ours.flatMap((value, repeat) => {
      const other = theirs[repeat];
      return value === undefined || other === undefined || other === 0 ? [] : [value / other];
    }),
  );
}
