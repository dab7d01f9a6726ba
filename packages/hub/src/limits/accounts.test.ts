import { expect, test } from "vitest";

import { ManualClock } from "../testing/manual-clock.ts";
import { Accounts } from "./accounts.ts";

test("R-LIMIT-USER: an account is its connections' together, and forgotten when nobody came back to it", () => {
  const clock = new ManualClock();
  const accounts = new Accounts(clock, { userMessagesPerSecond: 1, userBytesPerSecond: 1 });
  const first = accounts.enter("ada");
  expect(accounts.enter("ada")).toBe(first);
  accounts.leave("ada");
  clock.advance(10_000);
  const ben = accounts.enter("ben");
  expect(accounts.size).toBe(2);
  accounts.leave("ada");
  accounts.leave("ben");
  clock.advance(1_999);
  expect(accounts.enter("ben")).toBe(ben);
  expect(accounts.size).toBe(2);
  clock.advance(1);
  accounts.enter("cid");
  expect(accounts.size).toBe(2);
  expect(accounts.enter("ada")).not.toBe(first);
});
