/** Owns how numbers become the lines of a chart: scales, and the `d` of an SVG path. Knows no DOM. */

export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** A place in the drawing; null breaks the line. */
export type Point = readonly [x: number, y: number] | null;

/** undefined when there is nothing. */
export function extentOf(values: Iterable<number | null>): Extent | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? undefined : { low, high };
}

/** With room around it; what never changes stands in the middle. */
export function padded({ low, high }: Extent, share: number): Extent {
  const more = (high - low || Math.abs(high) * 0.02 || 1) * share;
  return { low: low - more, high: high + more };
}

/** Of values to places; the domain must have a width. */
export const scale =
  (domain: Extent, range: Extent) =>
  (value: number): number =>
    range.low + ((value - domain.low) / (domain.high - domain.low)) * (range.high - range.low);

/** The next of 1, 2, 5, 10, 20, 50 …: where an axis from 0 may end. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => value <= each * power) ?? 10;
  return step * power;
}

/** Round values within an extent, at most so many. */
export function roundLevels({ low, high }: Extent, most: number): number[] {
  const step = niceCeiling((high - low) / most);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step);
}

export function linePath(points: Iterable<Point>): string {
  let path = "";
  let isBroken = true;
  for (const point of points) {
    if (point !== null) path += `${isBroken ? "M" : "L"}${rounded(point[0])} ${rounded(point[1])}`;
    isBroken = point === null;
  }
  return path;
}

/** What lies between the line and the bottom, piece by piece. */
export function areaPath(points: readonly Point[], bottom: number): string {
  const pieces: (readonly [number, number])[][] = [[]];
  for (const point of points) {
    if (point === null) pieces.push([]);
    else pieces.at(-1)?.push(point);
  }
  return pieces
    .map((piece) => {
      const [first, last] = [piece[0], piece.at(-1)];
      if (first === undefined || last === undefined || piece.length < 2) return "";
      return `${linePath(piece)}L${rounded(last[0])} ${bottom}L${rounded(first[0])} ${bottom}Z`;
    })
    .join("");
}

/** A tenth of a pixel is more than a screen shows, and keeps the text short. */
const rounded = (value: number): number => Math.round(value * 10) / 10;
