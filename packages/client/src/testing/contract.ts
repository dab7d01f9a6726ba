/** Owns a strict contract for tests, of schemas written by hand: any Standard Schema will do, and this package needs no validator. */
import { defineContract } from "@roomcast/protocol";

/** A Standard Schema for whatever `fits`. */
const schema = <Data>(fits: (value: unknown) => boolean) => ({
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) =>
      fits(value) ? { value: value as Data } : { issues: [{ message: "does not fit" }] },
    // Known to the compiler alone.
    types: undefined as { readonly input: Data; readonly output: Data } | undefined,
  },
});

const hasText = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  "text" in value &&
  typeof value.text === "string" &&
  value.text !== "";

export const contract = defineContract({
  events: {
    message: { data: schema<{ text: string }>(hasText) },
    move: { data: schema<{ x: number; y: number }>(() => true), kept: false },
    news: { data: schema<string>((value) => typeof value === "string"), publisher: "server" },
  },
});
