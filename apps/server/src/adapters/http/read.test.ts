/** Reading by plain HTTP, over real sockets: what a room keeps, and who is where. */
import { FakeConnection } from "@roomcast/hub/testing";
import { decodeUp } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { HttpStage } from "../../../test/http-stage.ts";

describe("GET /v1/rooms/{room}/events", () => {
  it("P-HTTP-4 C8 C9: the newest, or what lies after or before an offset, both exclusive", async () => {
    await using stage = await HttpStage.start();
    for (const text of ["one", "two", "three"])
      await stage.hub.publish({ room: "r", event: "message", data: { text } });
    const texts = async (query: string): Promise<{ texts: string[]; more: boolean; offset: number }> => {
      const { status, json } = await stage.get(`/v1/rooms/r/events${query}`);
      expect(status).toBe(200);
      const { events, more, position } = json;
      return { texts: events.map(({ data }) => data.text), more, offset: position.offset };
    };
    expect(await texts("")).toEqual({ texts: ["one", "two", "three"], more: false, offset: 3 });
    expect(await texts("?limit=2")).toEqual({ texts: ["two", "three"], more: true, offset: 3 });
    expect(await texts("?after=1&limit=1")).toEqual({ texts: ["two"], more: true, offset: 3 });
    expect(await texts("?before=2")).toEqual({ texts: ["one"], more: false, offset: 3 });
    expect(await texts("?limit=100000")).toMatchObject({ texts: ["one", "two", "three"] });
  });

  it.each([
    "?limit=0",
    "?limit=-1",
    "?limit=x",
    "?after=1.5",
    "?after=",
    "?after=1&before=3",
    "?before=99999999999999999999",
  ])("H-3: %s is no range", async (query) => {
    await using stage = await HttpStage.start();
    const { status, json } = await stage.get(`/v1/rooms/r/events${query}`);
    expect(status).toBe(400);
    expect(json.error.code).toBe("bad_message");
  });

  it("T19: a room that is closed to the reader is forbidden", async () => {
    await using stage = await HttpStage.start();
    expect((await stage.get("/v1/rooms/private/events")).status).toBe(403);
  });
});

describe("who is where", () => {
  it("H-4: the members of a room and the rooms in use", async () => {
    await using stage = await HttpStage.start();
    expect((await stage.get("/v1/rooms/general/members")).json).toEqual({ count: 0, members: [] });
    expect((await stage.get("/v1/rooms")).json).toEqual({ rooms: [] });
    expect((await stage.get("/v1/rooms/no%20room/members")).json.error.code).toBe("bad_room");
    expect((await stage.get("/v1/rooms/private/members")).status).toBe(403);
  });

  it.each([
    ["a credit, if it is short", 999, [200, 200, 429]],
    ["one more for each thousand", 1_000, [200, 429]],
  ])("H-8 T26: a list costs %s", async (_, count, expected) => {
    await using stage = await HttpStage.start(1);
    for (let at = 0; at < count; at += 100) {
      const join = Array.from({ length: Math.min(100, count - at) }, (__, n) => ({ room: `r${at + n}` }));
      const hello = decodeUp(JSON.stringify({ type: "hello", protocol: 1, join }));
      stage.hub.accept(new FakeConnection()).receive(hello, 1);
    }
    await expect.poll(() => stage.hub.rooms().length).toBe(count);
    for (const status of expected) expect((await stage.get("/v1/rooms")).status).toBe(status);
  });
});
