import { expect, it } from "vitest";

import { bytesText, msText, rateText, shareText, spanText } from "./figures.ts";

it("says sizes", () => {
  expect([0, 1023, 1536, 80 * 1024 ** 2, 3 * 1024 ** 3].map(bytesText)).toEqual([
    ...["0 B", "1023 B", "1.5 KiB", "80 MiB", "3.0 GiB"],
  ]);
});

it("says durations", () => {
  expect([0.034, 4.21, 123.4, 61_000].map(msText)).toEqual(["0.03 ms", "4.2 ms", "123 ms", "1 min"]);
  expect([59_000, 7_500_000, 86_400_000, 100_000_000].map(spanText)).toEqual([
    "59 s",
    "2 h 5 min",
    "1 d",
    "1 d 3 h",
  ]);
});

it("says rates and shares, small ones too", () => {
  expect([0, 0.33, 12.4].map(rateText)).toEqual(["0", "0.3", "12"]);
  expect([0.0123, 0.5].map(shareText)).toEqual(["1.2 %", "50 %"]);
});
