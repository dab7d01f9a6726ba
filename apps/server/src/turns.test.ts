import { ManualClock } from "@roomcast/hub/testing";
import { expect, test } from "vitest";

import { Turns } from "./turns.ts";

test("W-ENDS: so many have a turn together, in their order, and what one of them adds comes behind all", () => {
  const clock = new ManualClock();
  const turns = new Turns(clock, 2);
  const ran: string[] = [];
  const add = (name: string, then?: () => void): void =>
    turns.behind(() => {
      ran.push(name);
      then?.();
    });
  const ranInOneTurn = (): string => {
    clock.endOneTurn();
    return ran.splice(0).join(" ");
  };
  add("a", () => {
    add("d");
    add("e");
  });
  add("b");
  expect(ranInOneTurn()).toBe("a b");
  add("f");
  expect(ranInOneTurn()).toBe("d e");
  expect(ranInOneTurn()).toBe("f");
  expect(ranInOneTurn()).toBe("");
});

test("W-ENDS: one that fails takes nobody along who waits for another turn", () => {
  const clock = new ManualClock();
  const turns = new Turns(clock, 1);
  const ran: string[] = [];
  turns.behind(() => {
    throw new Error("mine");
  });
  turns.behind(() => ran.push("b"));
  expect(() => clock.endOneTurn()).toThrow("mine");
  clock.endTurn();
  expect(ran).toEqual(["b"]);
});
