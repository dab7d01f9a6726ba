import { describe, expect, it } from "vitest";

import { TypingSignal } from "./typing-signal.ts";

describe("typing", () => {
  it("is said at the first key, repeated every three seconds, and ended", () => {
    const said: boolean[] = [];
    const signal = new TypingSignal((on) => said.push(on));
    signal.changed("h", 0);
    signal.changed("he", 2_999);
    signal.changed("hel", 3_000);
    signal.changed(" ", 3_100);
    signal.stop();
    expect(said).toEqual([true, true, false]);
  });

  it("is ended by the message itself", () => {
    const said: boolean[] = [];
    const signal = new TypingSignal((on) => said.push(on));
    signal.changed("hi", 0);
    signal.sent();
    signal.stop();
    expect(said).toEqual([true]);
  });
});
