/** Owns the picture of one scenario: a bar for each peer's median, and a line for its range. SVG, readable on dark and light. */
import type { Spread } from "../statistics.ts";
import { figure } from "./format.ts";

export interface Bar {
  readonly label: string;
  readonly ours: boolean;
  readonly value: Spread;
}

const WIDTH = 720;
const LABEL_WIDTH = 210;
const VALUE_WIDTH = 110;
const BAR_HEIGHT = 18;
const ROW_HEIGHT = 28;
const TITLE_HEIGHT = 34;

/** Bars that differ by more than this are drawn on a logarithmic scale: all of them are to be seen. */
const MOST_LINEAR = 30;

export function chart(title: string, bars: readonly Bar[]): string {
  const scale = scaleOf(bars.map(({ value }) => value));
  const height = TITLE_HEIGHT + bars.length * ROW_HEIGHT + 6;
  const rows = bars.map((bar, index) => drawn(bar, TITLE_HEIGHT + index * ROW_HEIGHT, scale));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13">
<title>${escaped(title)}</title>
<style>text{fill:#444}.bar{fill:#9aa5b1}.ours{fill:#3b6ef6}.range{stroke:#444;stroke-width:1.5}@media(prefers-color-scheme:dark){text{fill:#ccc}.range{stroke:#ccc}}</style>
<text x="0" y="16" font-weight="600">${escaped(title)}${scale.logarithmic ? " (logarithmic)" : ""}</text>
${rows.join("\n")}
</svg>
`;
}

interface Scale {
  readonly logarithmic: boolean;
  readonly x: (value: number) => number;
}

function scaleOf(values: readonly Spread[]): Scale {
  const max = Math.max(...values.map((value) => value.max));
  const min = Math.min(...values.map((value) => value.min).filter((value) => value > 0));
  const width = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const logarithmic = max / min > MOST_LINEAR;
  // Below the least, so that its bar is to be seen.
  const from = Math.log(min / 2);
  return {
    logarithmic,
    x: (value) =>
      LABEL_WIDTH +
      (logarithmic
        ? (Math.max(0, Math.log(value) - from) / (Math.log(max) - from)) * width
        : (value / max) * width),
  };
}

function drawn({ label, ours, value }: Bar, y: number, { x }: Scale): string {
  const middle = y + BAR_HEIGHT / 2;
  const at = (each: number): string => x(each).toFixed(1);
  return [
    `<text x="${LABEL_WIDTH - 10}" y="${y + 14}" text-anchor="end"${ours ? ' font-weight="600"' : ""}>${escaped(label)}</text>`,
    `<rect class="bar${ours ? " ours" : ""}" x="${LABEL_WIDTH}" y="${y}" width="${(x(value.median) - LABEL_WIDTH).toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<line class="range" x1="${at(value.min)}" x2="${at(value.max)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${(x(value.max) + 8).toFixed(1)}" y="${y + 14}">${figure(value.median)}</text>`,
  ].join("");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("`", "");
