import { describe, expect, it } from "vitest";

import type { Entry, MessageEntry } from "./entry.ts";
import { rowsOf } from "./rows.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const message = (
  key: string,
  user: string,
  time: number,
  more: Partial<MessageEntry> = {},
): MessageEntry => ({
  kind: "message",
  key,
  id: key,
  from: { clientId: user, user, name: user },
  isYours: false,
  text: key,
  time,
  delivery: { state: "sent" },
  ...more,
});

const utcDay = (time: number): number => Math.floor(time / DAY) * DAY;
const told = (...entries: Entry[]): string[] =>
  rowsOf(entries, undefined, utcDay).flatMap(({ key, day, entry, isHead }) => [
    ...(day === undefined ? [] : ["day"]),
    entry.kind === "message" ? `${isHead ? "+" : ""}${key}` : entry.kind,
  ]);

describe("rows", () => {
  it("consecutive messages of one author stand under one head", () => {
    expect(
      told(
        message("a", "ada", 0),
        message("b", "ada", MINUTE),
        message("c", "bo", MINUTE),
        message("d", "ada", MINUTE),
      ),
    ).toEqual(["day", "+a", "b", "+c", "+d"]);
  });

  it("a run ends after five minutes of silence, at a marker, and at midnight", () => {
    expect(told(message("a", "ada", 0), message("b", "ada", 5 * MINUTE))).toEqual(["day", "+a", "+b"]);
    expect(
      told(
        message("a", "ada", 0),
        { kind: "gap", key: "g", reason: "trimmed", from: null, to: null },
        message("b", "ada", 1),
      ),
    ).toEqual(["day", "+a", "gap", "+b"]);
    expect(told(message("a", "ada", DAY - 1), message("b", "ada", DAY))).toEqual(["day", "+a", "day", "+b"]);
  });

  it("a private message never hides in a public run", () => {
    expect(
      told(message("a", "ada", 0), message("b", "ada", 1, { direct: { to: "Bo", delivered: true } })),
    ).toEqual(["day", "+a", "+b"]);
  });

  it("a reply is never part of a run: it stands below what it answers", () => {
    expect(told(message("a", "ada", 0), message("b", "ada", 1, { replyTo: 1 }))).toEqual(["day", "+a", "+b"]);
  });

  it("days go forward only, whatever the clocks say", () => {
    const joined = { kind: "activity", key: "j", time: DAY, activity: new Map() } as const;
    expect(
      told(message("a", "ada", DAY - 2), joined, message("b", "ada", DAY - 1), message("c", "ada", DAY)),
    ).toEqual(["day", "+a", "day", "activity", "+b", "c"]);
  });
});
