import { describe, expect, it } from "vitest";

import { Attendance } from "./attendance.ts";
import type { Person } from "./person.ts";

const people = (...names: string[]): Person[] =>
  names.map((name) => ({ user: name.toLowerCase(), name, clientIds: [name], isYou: name === "Ada" }));
const none = new Map<string, never>();

describe("C2, A5 who comes and who goes is told", () => {
  it("but not of those who are there when one enters, nor of oneself", () => {
    const attendance = new Attendance();
    expect(attendance.listed(people("Ada", "Bo"))).toEqual([]);
    expect(attendance.changed(people("Ada", "Bo", "Cy"), none)).toEqual([{ name: "Cy", kind: "joined" }]);
    expect(attendance.changed(people("Ada", "Cy"), new Map([["bo", "left"]]))).toEqual([
      { name: "Bo", kind: "left", reason: "left" },
    ]);
  });

  it("once for a person with several tabs", () => {
    const attendance = new Attendance();
    attendance.listed(people("Ada"));
    attendance.changed(people("Ada", "Bo"), none);
    // Another tab of Bo's opens, and closes.
    expect(attendance.changed(people("Ada", "Bo"), none)).toEqual([]);
    expect(attendance.changed(people("Ada", "Bo"), new Map([["bo", "left"]]))).toEqual([]);
  });

  it("after an absence: newcomers at once, and who stays away when it is certain", () => {
    const attendance = new Attendance();
    attendance.listed(people("Ada", "Bo", "Cy"));
    expect(attendance.listed(people("Ada", "Di"))).toEqual([{ name: "Di", kind: "joined" }]);
    expect(attendance.changed(people("Ada", "Di", "Bo"), none)).toEqual([]);
    expect(attendance.settled(people("Ada", "Di", "Bo"))).toEqual([
      { name: "Cy", kind: "left", reason: "closed" },
    ]);
    expect(attendance.settled(people("Ada", "Di", "Bo"))).toEqual([]);
  });

  it("not in a room that is too full for a list, and again afterwards", () => {
    const attendance = new Attendance();
    attendance.listed(people("Ada", "Bo"));
    attendance.unlisted();
    expect(attendance.changed(people("Ada"), new Map([["bo", "left"]]))).toEqual([]);
    expect(attendance.listed(people("Ada", "Cy"))).toEqual([]);
    expect(attendance.changed(people("Ada", "Cy", "Bo"), none)).toEqual([{ name: "Bo", kind: "joined" }]);
  });
});
