import { expect, it } from "vitest";

import { ageText, changeText, priceText } from "./figures.ts";

it("says prices, small ones and vast ones too", () => {
  expect([-12.5, 999_999_999, 1.234e12].map(priceText)).toEqual(["-12.50", "999,999,999.00", "1.23T"]);
  expect([priceText(120), priceText(0.00123), priceText(0)]).toEqual(["120.00", "0.00123", "0.00"]);
});

it("says changes by sign and arrow", () => {
  expect([0.0123, -0.1, 0, undefined].map(changeText)).toEqual(["▲ +1.23%", "▼ -10.00%", "■ 0.00%", "–"]);
});

it.each([
  [900, "1 s"],
  [12_400, "12 s"],
  [125_000, "2 min"],
  [3 * 3_600_000, "3 h"],
])("says that nothing was heard for %d ms", (ms, text) => {
  expect(ageText(ms)).toBe(`no tick for ${text}`);
});
