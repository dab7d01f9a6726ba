/** Which connections are reset when somebody loses a room. */
import { Socket } from "node:net";
import { expect, it } from "vitest";

import { RoomReads } from "./room-reads.ts";

function socket(): Socket {
  // One that was never connected says so when it is reset.
  return new Socket().on("error", () => undefined);
}

it("R-EXPEL P-MAY-5: whatever else was asked over it since, a connection that was answered about the room is reset, and no other", () => {
  const reads = new RoomReads();
  const [mine, ofAnotherRoom, ofSomebodyElse, full] = [socket(), socket(), socket(), socket()];
  reads.answered(mine, { user: "mallory", room: "r" });
  reads.answered(mine, { user: "mallory", room: "q" });
  reads.answered(ofAnotherRoom, { user: "mallory", room: "q" });
  reads.answered(ofSomebodyElse, { user: "ada", room: "r" });
  for (let room = 0; room < 1_000; room += 1) reads.answered(full, { user: "scanner", room: `${room}` });
  reads.drop("mallory", "r");
  expect([mine, ofAnotherRoom, ofSomebodyElse, full].map(({ destroyed }) => destroyed)).toEqual([
    true,
    false,
    false,
    true,
  ]);
  reads.drop("mallory", undefined);
  expect([ofAnotherRoom, ofSomebodyElse].map(({ destroyed }) => destroyed)).toEqual([true, false]);
});
