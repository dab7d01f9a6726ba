/** Owns reading the golden frames: data that clients in any language can test themselves with. */
import { readFileSync } from "node:fs";

export interface GoodFrame {
  readonly name: string;
  readonly text: string;
  readonly message: Record<string, unknown>;
}

/** Either `text`, or `parts`: each repeated as often as it says. */
interface RefusedFrame {
  readonly name: string;
  readonly text?: string;
  readonly parts?: readonly (readonly [part: string, times: number])[];
  readonly code: string;
  readonly id?: string;
  readonly notAnObject?: true;
}

interface Names {
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
  readonly reserved?: readonly string[];
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${file}.json`, import.meta.url), "utf8"));

export const goodFrames = (file: string): GoodFrame[] => (read(file) as { frames: GoodFrame[] }).frames;

export const refusedFrames = (file: string): (RefusedFrame & { readonly text: string })[] =>
  (read(file) as { frames: RefusedFrame[] }).frames.map((frame) => ({
    ...frame,
    text: frame.text ?? (frame.parts ?? []).map(([part, times]) => part.repeat(times)).join(""),
  }));

export const names = (): { room: Names; event: Names } => read("names") as { room: Names; event: Names };
