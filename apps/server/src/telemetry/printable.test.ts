import { expect, it } from "vitest";

import { printable } from "./printable.ts";

const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.${"s".repeat(43)}`;

it.each([
  ["a token in the place of a user", JWT, "[token]"],
  ["a token without a seal", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "[token]"],
  ["a token that would be cut", `${"x".repeat(180)} ${JWT}`, `${"x".repeat(180)} [token]`],
  ["half a token", `<${JWT.slice(0, 30)}>`, "<[token]>"],
  ["a resume token", `m1abcdefghijklmnopqrst.${"r".repeat(22)}`, "[token]"],
  ["a token behind words", `as-${JWT}`, "[token]"],
  ["a user", "ada.lovelace@mathematicians.example", "ada.lovelace@mathematicians.example"],
  ["a client", "m1abcdefghijklmnopqrst", "m1abcdefghijklmnopqrst"],
])("T2 T25: %s", (_, text, told) => {
  expect(printable(text)).toBe(told);
});

it.each([
  ["words that could begin a resume token", "a-"],
  ["words that could begin a token", "eyaaaaaaaa-"],
  ["words with dots", "eyaaaaaaaa.b."],
])("T25: a body full of %s costs no more than it is worth", (_, words) => {
  const text = words.repeat((64 * 1024) / words.length);
  const { user } = process.cpuUsage();
  expect(printable(text).length).toBeLessThanOrEqual(200);
  // Of the processor, in microseconds: about a millisecond, where each beginning read to the end took 18 s.
  expect(process.cpuUsage().user - user).toBeLessThan(500_000);
});
