import { describe, expect, it } from "vitest";

import { parseRoute, roomPath } from "./route.ts";

describe("routes", () => {
  it("the address is the room, there and back", () => {
    for (const room of ["general", "a:b", "Team.42"]) {
      expect(parseRoute(roomPath(room))).toEqual({ view: "room", room });
    }
  });

  it.each([
    ["/", { view: "home" }],
    ["/r/general/", { view: "room", room: "general" }],
    ["/r/my%20room", { view: "bad-room", name: "my room" }],
    ["/r/%23general", { view: "bad-room", name: "#general" }],
    ["/r/%E0%A4%A", { view: "bad-room", name: "%E0%A4%A" }],
    ["/r/", { view: "bad-room", name: "" }],
    ["/r/a/b", { view: "not-found" }],
    ["/elsewhere", { view: "not-found" }],
  ])("%s", (path, route) => {
    expect(parseRoute(path)).toEqual(route);
  });
});
