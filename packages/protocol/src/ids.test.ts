import { describe, expect, test } from "vitest";

import { names } from "../test/fixtures.ts";
import { isEventName, isRoomName, RESERVED_EVENTS } from "./ids.ts";
import { MAX_EVENT_LENGTH, MAX_ROOM_LENGTH } from "./limits.ts";

const { room, event } = names();

describe("P-NAME-1 room names", () => {
  test.each(room.valid)("%j is one", (name) => expect(isRoomName(name)).toBe(true));
  test.each(room.invalid)("%j is none", (name) => expect(isRoomName(name)).toBe(false));
  test("end where the limit says", () => {
    expect(isRoomName("r".repeat(MAX_ROOM_LENGTH))).toBe(true);
    expect(isRoomName("r".repeat(MAX_ROOM_LENGTH + 1))).toBe(false);
  });
});

describe("P-NAME-2 event names", () => {
  test.each(event.valid)("%j is one", (name) => expect(isEventName(name)).toBe(true));
  test.each(event.invalid)("%j is none", (name) => expect(isEventName(name)).toBe(false));
  test("end where the limit says", () => {
    expect(isEventName("e".repeat(MAX_EVENT_LENGTH))).toBe(true);
    expect(isEventName("e".repeat(MAX_EVENT_LENGTH + 1))).toBe(false);
  });
});

test("P-NAME-3 the reserved names are those that the fixtures tell other clients", () => {
  expect([...RESERVED_EVENTS].sort()).toEqual([...event.reserved!].sort());
});
