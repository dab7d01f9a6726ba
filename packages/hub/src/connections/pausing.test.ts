import { expect, test } from "vitest";

import { FakeConnection } from "../testing/fake-connection.ts";
import { Pausing } from "./pausing.ts";

test("R-REST R-BEHIND: who is left unread for two reasons is read again when neither holds, whichever ends first", () => {
  const connection = new FakeConnection();
  const pausing = new Pausing(connection);
  const states = (["begin", "begin", "end", "end", "begin", "end"] as const).map((step) => {
    pausing[step]();
    return connection.paused;
  });
  expect(states).toEqual([true, true, true, false, true, false]);
});
