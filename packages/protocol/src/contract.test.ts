import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { defineContract } from "./contract.ts";
import { events } from "./events.ts";
import { RESERVED_EVENTS } from "./ids.ts";

const validators = {
  valibot: v.object({ text: v.pipe(v.string(), v.minLength(1)) }),
  zod: z.object({ text: z.string().min(1) }),
  arktype: type({ text: "string >= 1" }),
};

describe.each(Object.entries(validators))("P-EVENT-2 a contract made with %s", (_, data) => {
  const contract = defineContract({
    events: {
      message: { data },
      typing: { data, kept: false },
      announcement: { data, publisher: "server" },
    },
  });

  test("passes data that fits", () => {
    expect(contract.check("message", { text: "hi" }, "anyone")).toEqual({
      ok: true,
      value: { data: { text: "hi" }, kept: true },
    });
    expect(contract.check("typing", { text: "hi" }, "anyone")).toMatchObject({
      ok: true,
      value: { kept: false },
    });
  });

  test.each([[{ text: "" }], [{}], [null], ["hi"], [[]], [undefined]])(
    "refuses %j as invalid_data",
    (wrong) => {
      expect(contract.check("message", wrong, "anyone")).toMatchObject({
        ok: false,
        error: { code: "invalid_data" },
      });
    },
  );

  test("says in which field of which event the fault lies", () => {
    const result = contract.check("message", { text: 7 }, "anyone");
    expect(result.ok ? "" : result.error.message).toMatch(/^message\.text: /);
  });

  test("lets only the server publish what is the server's", () => {
    expect(contract.check("announcement", { text: "hi" }, "anyone")).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
    expect(contract.check("announcement", { text: "hi" }, "server")).toMatchObject({ ok: true });
  });
});

describe("P-EVENT-3 names", () => {
  const data = v.unknown();
  const strict = defineContract({ events: { message: { data } } });
  const open = defineContract({ strict: false, events: { message: { data } } });

  test("a strict contract, the default, refuses a name that it does not know", () => {
    expect(strict.strict).toBe(true);
    expect(strict.check("other", {}, "anyone")).toMatchObject({ ok: false, error: { code: "bad_event" } });
  });

  test("an open one passes it, unchecked and kept", () => {
    const value = { any: ["thing"] };
    expect(open.check("other", value, "anyone")).toEqual({ ok: true, value: { data: value, kept: true } });
  });

  test.each(["constructor", "toString", "hasOwnProperty"])("%s is a name like any other", (name) => {
    expect(strict.check(name, {}, "anyone")).toMatchObject({ ok: false, error: { code: "bad_event" } });
    expect(open.check(name, 1, "anyone")).toEqual({ ok: true, value: { data: 1, kept: true } });
    const own = defineContract({ events: { [name]: { data: v.number() } } });
    expect(own.check(name, 1, "anyone")).toMatchObject({ ok: true });
    expect(own.check(name, "1", "anyone")).toMatchObject({ ok: false, error: { code: "invalid_data" } });
  });

  test.each(["", "Message", "a b", "__proto__", "e".repeat(65)])(
    "%j is refused, and in a contract a bug",
    (name) => {
      expect(open.check(name, {}, "server")).toMatchObject({ ok: false, error: { code: "bad_event" } });
      expect(() => defineContract({ events: Object.fromEntries([[name, { data }]]) })).toThrow(TypeError);
    },
  );

  test.each([...RESERVED_EVENTS])("%s is reserved, and in a contract a bug", (name) => {
    expect(open.check(name, {}, "server")).toMatchObject({ ok: false, error: { code: "reserved_event" } });
    expect(() => defineContract({ events: { [name]: { data } } })).toThrow(TypeError);
  });
});

test("a schema that changes its input decides what is published", () => {
  const contract = defineContract({ events: { tick: { data: v.pipe(v.string(), v.transform(Number)) } } });
  expect(contract.check("tick", "42", "anyone")).toMatchObject({ ok: true, value: { data: 42 } });
});

test("a schema that answers later is a bug: the order of events would depend on it", () => {
  const contract = defineContract({
    events: {
      slow: {
        data: v.pipeAsync(
          v.string(),
          v.checkAsync(async () => true),
        ),
      },
    },
  });
  expect(() => contract.check("slow", "x", "anyone")).toThrow(TypeError);
});

test("a complaint that quotes its input is cut", () => {
  const data = v.pipe(
    v.string(),
    v.check(
      () => false,
      ({ input }) => `no ${input}`,
    ),
  );
  const result = defineContract({ events: { message: { data } } }).check(
    "message",
    "x".repeat(60_000),
    "anyone",
  );
  expect(result.ok ? "" : result.error.message).toHaveLength(200);
});

describe("P-EVENT-4 the bundled contract", () => {
  const kept = (event: string, data: unknown): boolean | string => {
    const result = events.check(event, data, "anyone");
    return result.ok ? result.value.kept : result.error.code;
  };

  test.each<[string, unknown, boolean | string]>([
    ["message", { text: "hi" }, true],
    ["message", { text: "hi", replyTo: 7 }, true],
    ["message", { text: "x".repeat(4000) }, true],
    ["message", { text: "x".repeat(4001) }, "invalid_data"],
    ["message", { text: "" }, "invalid_data"],
    ["message", { text: "hi", replyTo: "7" }, "invalid_data"],
    ["edit", { target: 7, text: "better" }, true],
    ["edit", { target: -1, text: "better" }, "invalid_data"],
    ["edit", { target: 7, text: "" }, "invalid_data"],
    ["delete", { target: 7 }, true],
    ["delete", {}, "invalid_data"],
    ["reaction", { target: 7, emoji: "👍", on: true }, true],
    ["reaction", { target: 7, emoji: "", on: true }, "invalid_data"],
    ["reaction", { target: 7, emoji: "👍" }, "invalid_data"],
    ["typing", { on: true }, false],
    ["typing", { on: "yes" }, "invalid_data"],
    ["status", { text: "" }, false],
    ["status", { text: "x".repeat(140) }, false],
    ["status", { text: "x".repeat(141) }, "invalid_data"],
    ["tick", { symbol: "ACME", price: 12.5, time: 1795305600000 }, true],
    ["tick", { symbol: "ACME", price: Infinity, time: 1795305600000 }, "invalid_data"],
    ["tick", { symbol: "", price: 1, time: 1 }, "invalid_data"],
    ["anything-else", [1, 2], true],
  ])("%s %j: %j", (event, data, expected) => expect(kept(event, data)).toBe(expected));

  test("drops fields that it does not name", () => {
    expect(events.check("message", { text: "hi", html: "<b>" }, "anyone")).toMatchObject({
      ok: true,
      value: { data: { text: "hi" } },
    });
    const result = events.check("message", { text: "hi", html: "<b>" }, "anyone");
    expect(result.ok && result.value.data).toEqual({ text: "hi" });
  });
});
