import { describe, expect, it } from "vitest";

import { parseRoute, roomPath } from "./route.ts";

const at = (address: string) => parseRoute(new URL(address, "http://localhost"));

describe("routes", () => {
  it("the address is the room, there and back", () => {
    for (const room of ["general", "a:b", "Team.42"]) {
      expect(at(roomPath(room))).toEqual({ view: "room", room });
      expect(at(roomPath(room, 42))).toEqual({ view: "room", room, message: 42 });
    }
  });

  it.each([
    ["/", { view: "home" }],
    ["/r/general/", { view: "room", room: "general" }],
    ["/r/general?m=0", { view: "room", room: "general" }],
    ["/r/general?m=1e3&m=2", { view: "room", room: "general" }],
    ["/r/my%20room", { view: "bad-room", name: "my room" }],
    ["/r/%23general", { view: "bad-room", name: "#general" }],
    ["/r/%E0%A4%A", { view: "bad-room", name: "%E0%A4%A" }],
    ["/r/", { view: "bad-room", name: "" }],
    ["/r/a/b", { view: "not-found" }],
    ["/elsewhere", { view: "not-found" }],
  ])("%s", (address, route) => {
    expect(at(address)).toEqual(route);
  });
});
