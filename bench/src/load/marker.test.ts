import { describe, expect, it } from "vitest";

import { findMarker, markedText, markerOf, readMarker } from "./marker.ts";

const MARKER = { publisher: 42, sequence: 1_234_567, sentUs: 987_654_321_012 };

describe("a marker", () => {
  it("B-WIRE: comes back from the bytes as it was, in a text of just the length that was asked for", () => {
    const text = markedText(MARKER, 128);
    expect(text).toHaveLength(128);
    const bytes = Buffer.from(`{"from":"a@b.example","data":{"text":"${text}"}}`);
    const at = findMarker(bytes, 0, bytes.length);
    expect(readMarker(bytes, at)).toEqual(MARKER);
  });

  it("B-WIRE: comes back from the text, where there is one", () => {
    expect(markerOf(markedText(MARKER, 64))).toEqual(MARKER);
    expect(markerOf("hello")).toBeUndefined();
  });

  it("B-WIRE: is not found outside of the range, and not where its end is cut off", () => {
    const bytes = Buffer.from(`xx${markedText(MARKER, 28)}`);
    expect(findMarker(bytes, 0, bytes.length)).toBe(2);
    expect(findMarker(bytes, 3, bytes.length)).toBe(-1);
    expect(findMarker(bytes, 0, bytes.length - 1)).toBe(-1);
    expect(findMarker(Buffer.from("@"), 0, 1)).toBe(-1);
  });
});
