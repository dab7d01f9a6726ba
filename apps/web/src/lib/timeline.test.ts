import { describe, expect, it } from "vitest";

import type { Entry, MessageEntry } from "./entry.ts";
import { Timeline } from "./timeline.ts";

const message = (id: string, offset?: number): MessageEntry => ({
  kind: "message",
  key: id,
  id,
  from: { clientId: "c1", user: "ada", name: "Ada" },
  isYours: false,
  text: id,
  time: 0,
  ...(offset !== undefined && { position: { epoch: "e1", offset } }),
  delivery: { state: "sent" },
});

const told = (entries: readonly Entry[]): string[] =>
  entries.map((entry) => (entry.kind === "message" ? entry.id : entry.kind));

describe("the stream of a room", () => {
  it("shows once what comes twice", () => {
    const timeline = new Timeline();
    expect(timeline.append(message("a", 1))).toBe(true);
    expect(timeline.append(message("a", 1))).toBe(false);
    expect(timeline.prepend([message("z", 0), message("a", 1)])).toBe(1);
    expect(told(timeline.entries)).toEqual(["z", "a"]);
  });

  it("puts an acked message where the log has it", () => {
    const timeline = new Timeline();
    for (const entry of [message("a", 1), message("c", 3), message("direct"), message("b", 2)])
      timeline.append(entry);
    expect(told(timeline.entries)).toEqual(["a", "b", "c", "direct"]);
  });

  it("does not order across a gap, behind which offsets begin anew", () => {
    const timeline = new Timeline();
    timeline.append(message("a", 7));
    timeline.addGap({ reason: "recreated", from: null, to: null });
    timeline.append(message("b", 1));
    expect(told(timeline.entries)).toEqual(["a", "gap", "b"]);
  });

  it("folds joins and leaves until the next message", () => {
    const timeline = new Timeline();
    timeline.addChange({ name: "Ada", kind: "joined" }, 0);
    timeline.addChange({ name: "Bo", kind: "joined" }, 0);
    timeline.append(message("a", 1));
    timeline.addChange({ name: "Bo", kind: "left", reason: "left" }, 0);
    expect(told(timeline.entries)).toEqual(["activity", "a", "activity"]);
  });

  it("marks the last absence only, and counts what was missed", () => {
    const timeline = new Timeline();
    timeline.addMark("away");
    timeline.append(message("a", 1));
    timeline.addMark("away");
    timeline.append(message("b", 2));
    timeline.countMarked();
    expect(told(timeline.entries)).toEqual(["a", "mark", "b"]);
    expect(timeline.entries[1]).toMatchObject({ reason: "away", count: 1 });
  });

  it("finds a message by its position, and none of another life of the room", () => {
    const timeline = new Timeline();
    timeline.append(message("a", 1));
    expect(timeline.find({ epoch: "e1", offset: 1 })?.id).toBe("a");
    expect(timeline.find({ epoch: "e2", offset: 1 })).toBeUndefined();
  });

  it("lets go of the oldest, which can be loaded again", () => {
    const timeline = new Timeline();
    for (let offset = 1; offset <= 5; offset += 1) timeline.append(message(`m${offset}`, offset));
    expect(timeline.trim(3)).toBe(true);
    expect(timeline.trim(3)).toBe(false);
    expect(timeline.prepend([message("m1", 1), message("m2", 2), message("m3", 3)])).toBe(2);
    expect(told(timeline.entries)).toEqual(["m1", "m2", "m3", "m4", "m5"]);
  });
});
