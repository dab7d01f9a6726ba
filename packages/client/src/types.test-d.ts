/** What the contract says is what compiles. */
import { events } from "@roomcast/protocol";
import { describe, expectTypeOf, test } from "vitest";

import { connect } from "./connect.ts";
import type { Published, RoomEvent } from "./index.ts";
import { contract } from "./testing/contract.ts";

const strict = connect("ws://localhost", { contract }).room("general");
const open = connect("ws://localhost", { contract: events }).room("general");
const bare = connect("ws://localhost").room("general");

describe("B9 a strict contract", () => {
  test("types what arrives", () => {
    strict.on("message", (event) => {
      expectTypeOf(event).toEqualTypeOf<RoomEvent<"message", { text: string }>>();
      expectTypeOf(event.data.text).toBeString();
      expectTypeOf(event.data).not.toHaveProperty("txt");
    });
    // @ts-expect-error not in the contract
    strict.on("mesage", () => {});
  });

  test("types what is published", () => {
    void strict.publish("message", { text: "hi" });
    void strict.publish("move", { x: 1, y: 2 }, { echo: false, to: "someone", id: "mine" });
    // @ts-expect-error the text is no text
    void strict.publish("message", { text: 1 });
    // @ts-expect-error the text is missing
    void strict.publish("message", {});
    // @ts-expect-error unknown field
    void strict.publish("message", { text: "hi", colour: "red" });
    // @ts-expect-error the data of another event
    void strict.publish("message", { x: 1, y: 2 });
    // @ts-expect-error not in the contract
    void strict.publish("mesage", { text: "hi" });
    // @ts-expect-error no such option
    void strict.publish("message", { text: "hi" }, { ecko: false });
  });

  test("keeps the server's own events to the server", () => {
    strict.on("news", ({ data }) => expectTypeOf(data).toBeString());
    // @ts-expect-error only the server publishes it
    void strict.publish("news", "extra");
  });

  test("tells any event apart by its name", () => {
    strict.onAny((event) => {
      if (event.event === "move") expectTypeOf(event.data).toEqualTypeOf<{ x: number; y: number }>();
      if (event.event === "message") expectTypeOf(event.data).toEqualTypeOf<{ text: string }>();
    });
  });

  test("types the pages of the history", async () => {
    const page = await strict.history({ before: 5, limit: 2 });
    if (!page.ok) return;
    for (const event of page.value.events) {
      if (strict.is(event, "message")) expectTypeOf(event.data.text).toBeString();
    }
  });
});

describe("B9 an open contract", () => {
  test("types the events that it knows, and lets others pass as unknown", () => {
    open.on("message", ({ data }) => expectTypeOf(data.text).toBeString());
    open.on("anything", ({ data }) => expectTypeOf(data).toBeUnknown());
    void open.publish("typing", { on: true });
    void open.publish("anything", { what: "ever" });
    // @ts-expect-error known, and wrong
    void open.publish("message", { txt: "hi" });
    // @ts-expect-error known, and wrong
    void open.publish("typing", { on: "yes" });
    open.onAny((event) => {
      if (open.is(event, "message")) expectTypeOf(event.data.text).toBeString();
    });
  });

  test("none at all takes any name", () => {
    bare.on("anything", ({ data }) => expectTypeOf(data).toBeUnknown());
    void bare.publish("anything", 1);
    bare.onAny(({ data }) => expectTypeOf(data).toBeUnknown());
  });
});

describe("B14 results are values", () => {
  test("that have to be looked at before they are used", async () => {
    const result = await strict.publish("message", { text: "hi" });
    expectTypeOf(result).not.toHaveProperty("time");
    if (result.ok) expectTypeOf(result).toEqualTypeOf<Published>();
    else expectTypeOf(result.message).toBeString();
  });
});
