import { describe, expect, test } from "vitest";

import { goodFrames } from "../test/fixtures.ts";
import { pick, randomJson, randomOf, SEED } from "../test/random-json.ts";
import { boundsViolation } from "./bounds.ts";
import { checkUp, decodeDown, decodeUp, encodeDown, encodeUp } from "./codec.ts";
import type { Down } from "./down.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { JsonText } from "./json-text.ts";
import { MAX_DATA_DEPTH, MAX_DATA_KEYS, MAX_MESSAGE_BYTES } from "./limits.ts";
import type { EventMessage } from "./messages/event.ts";
import type { Member } from "./messages/member.ts";
import type { Up } from "./up.ts";

const publish = (data: string): string =>
  `{"type":"publish","id":"1","room":"general","event":"sample","data":${data}}`;

/** As much of a list as fits into the largest frame. */
function fillFrame(open: string, item: (index: number) => string, close: string): string {
  let text = open;
  for (let index = 0; text.length + item(index).length + close.length < MAX_MESSAGE_BYTES - 80; index += 1) {
    text += (index === 0 ? "" : ",") + item(index);
  }
  return publish(text + close);
}

describe("P-FRAME-7 the worst that fits into one frame is answered, not crashed on", () => {
  const nested = (open: string, close: string): string => {
    const depth = Math.floor((MAX_MESSAGE_BYTES - 80) / (open.length + close.length));
    return publish(`${open.repeat(depth)}0${close.repeat(depth)}`);
  };
  const refused: [string, string][] = [
    ["lists in lists", nested("[", "]")],
    ["objects in objects", nested('{"":', "}")],
    [
      "keys that are integers far apart",
      fillFrame("{", (index) => `"${(index * 99_991) % 4_294_967_291}":0`, "}"),
    ],
    ["keys that are short", fillFrame("{", (index) => `"${index.toString(36)}":0`, "}")],
    [
      "the same key again and again, too deep at last",
      fillFrame("{", () => `"a":${"[".repeat(33)}${"]".repeat(33)}`, "}"),
    ],
  ];
  test.each(refused)("%s: invalid_data", (_, text) => {
    expect(text.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(decodeUp(text)).toMatchObject({ ok: false, error: { code: "invalid_data", id: "1" } });
  });

  const taken: [string, string][] = [
    ["a list of zeros", fillFrame("[", () => "0", "]")],
    ["a list of empty lists", fillFrame("[", () => "[]", "]")],
    ["a list of objects", fillFrame("[", (index) => `{"${index}":0}`, "]")],
    ["one string of escapes", publish(`"${"\\u0000".repeat(10_000)}"`)],
    ["a number with all its digits", publish(`${"9".repeat(300)}.${"9".repeat(60_000)}`)],
  ];
  test.each(taken)("%s: taken", (_, text) => {
    expect(text.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(decodeUp(text)).toMatchObject({ ok: true });
  });

  test("unknown fields as deep as they like are dropped", () => {
    const text = `{"type":"ping","x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    expect(decodeUp(text)).toEqual({ ok: true, value: { type: "ping" } });
  });
});

describe("P-FRAME-6 bounds of application values", () => {
  const deep = (levels: number): unknown => {
    let value: unknown = 0;
    for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const wide = (keys: number): unknown =>
    Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, 0]));

  test("end where the limits say", () => {
    expect(boundsViolation(deep(MAX_DATA_DEPTH))).toBeUndefined();
    expect(boundsViolation(deep(MAX_DATA_DEPTH + 1))).toContain("deeper");
    expect(boundsViolation(wide(MAX_DATA_KEYS))).toBeUndefined();
    expect(boundsViolation(wide(MAX_DATA_KEYS + 1))).toContain("keys");
    expect(boundsViolation([[{ a: [Infinity] }]])).toContain("double");
  });

  test.each(["join", "presence", "hello"])("hold for the state of %s too, to the same depth", (type) => {
    const frame = (state: unknown): object =>
      type === "hello"
        ? { type, protocol: 1, join: [{ room: "general" }, { room: "general", state }] }
        : { type, id: "1", room: "general", state };
    expect(checkUp(frame({ a: deep(MAX_DATA_DEPTH - 1) }))).toMatchObject({ ok: true });
    expect(checkUp(frame({ a: deep(MAX_DATA_DEPTH) }))).toMatchObject({
      ok: false,
      error: { code: "invalid_data" },
    });
  });
});

describe("P-FRAME-9 errors say where the fault lies", () => {
  test.each([
    ["a field that is not there", '{"type":"leave","room":"general"}', "leave.id: is missing"],
    [
      "a field within a list",
      '{"type":"hello","protocol":1,"join":[{"room":"a","since":{"epoch":"e"}}]}',
      "hello.join.0.since.offset: is missing",
    ],
    [
      "a type that is none",
      '{"type":"publsh","id":"1"}',
      "type: expected one of hello, join, leave, publish, presence, history, refresh, ping",
    ],
  ])("%s", (_, text, message) => {
    expect(decodeUp(text)).toMatchObject({ ok: false, error: { message } });
  });

  test("the path, and no more than 200 characters of a value", () => {
    const decoded = decodeUp(`{"type":"join","id":"1","room":"general","history":"${"x".repeat(60_000)}"}`);
    expect(decoded).toMatchObject({ ok: false, error: { code: "bad_message", id: "1", room: "general" } });
    if (decoded.ok) return;
    expect(decoded.error.message).toMatch(/^join\.history: /);
    expect(decoded.error.message).toHaveLength(200);
  });
});

describe(`P-FRAME-10 data goes on as it came (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const event = (data: unknown): EventMessage => ({
    type: "event",
    room: "general",
    event: "sample",
    data,
    id: pick(random, ["1", '"', "\\", "é", "👋"]),
    from: { clientId: pick(random, [null, "c_1"]), user: pick(random, ["user-1", 'a"b', "\n"]), name: "Ada" },
    time: Math.floor(random() * 2e12),
    ...(random() < 0.5 && { offset: Math.floor(random() * 2 ** 53) }),
  });
  const withText = (message: EventMessage): EventMessage => ({ ...message, data: JsonText.of(message.data) });

  test("splicing prints what JSON.stringify prints", () => {
    for (let run = 0; run < 2_000; run += 1) {
      const message = event(randomJson(random));
      const expected = JSON.stringify(message);
      expect(encodeDown(message)).toBe(expected);
      expect(encodeDown(withText(message))).toBe(expected);
      expect(JSON.stringify(withText(message))).toBe(expected);
    }
  });

  test("the same inside pages", () => {
    for (let run = 0; run < 200; run += 1) {
      const page = Array.from({ length: Math.floor(random() * 4) }, () => event(randomJson(random)));
      const position = { epoch: "e", offset: 9 };
      const pages = (events: EventMessage[]): Down[] => [
        { type: "history", id: "1", room: "general", position, more: false, events },
        { type: "joined", room: "general", position, recovered: true, members: [], count: 0, events },
      ];
      expect(pages(page.map(withText)).map(encodeDown)).toEqual(
        pages(page).map((message) => JSON.stringify(message)),
      );
    }
  });

  test("a list of members that is told again is printed as it was, and another as it is", () => {
    const list = (count: number): Member[] =>
      Array.from({ length: count }, (_, index) => ({
        clientId: `c${index}`,
        user: "u",
        name: "Ada",
        state: {},
      }));
    const position = { epoch: "e", offset: 9 };
    const joined = (members: Member[], room: string): Down => ({
      ...{ type: "joined", room, position, recovered: true, members, count: members.length, events: [] },
    });
    for (const members of [list(3), list(20), list(21)])
      for (const room of ["general", "random"])
        expect(encodeDown(joined(members, room))).toBe(JSON.stringify(joined(members, room)));
  });

  test("what has no JSON goes out as null, and the frame stays whole", () => {
    for (const data of [undefined, () => 1, Number.NaN]) {
      expect(JSON.parse(encodeDown(event(data)))).toMatchObject({ type: "event", data: null });
    }
  });

  test("a publish comes back as it went", () => {
    for (let run = 0; run < 2_000; run += 1) {
      const message: Up = {
        type: "publish",
        id: "1",
        room: "general",
        event: "sample",
        data: randomJson(random),
      };
      const text = encodeUp(message);
      const decoded = decodeUp(text);
      expect(decoded.ok ? encodeUp(decoded.value) : decoded.error).toBe(text);
    }
  });

  test("frames damaged at random are taken or refused by a code of the table, never thrown at", () => {
    const texts = [...goodFrames("up"), ...goodFrames("down")].map((frame) => frame.text);
    const pieces = [
      '"',
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "null",
      "-1",
      "1e999",
      "\\u",
      "\ud800",
      "__proto__",
      "",
      " ",
    ];
    for (let run = 0; run < 5_000; run += 1) {
      const text = pick(random, texts);
      const from = Math.floor(random() * text.length);
      const damaged =
        text.slice(0, from) + pick(random, pieces) + text.slice(from + Math.floor(random() * 4));
      for (const decode of [decodeUp, decodeDown]) {
        const decoded = decode(damaged);
        if (decoded.ok) continue;
        expect(Object.keys(ERROR_CODES)).toContain(decoded.error.code);
        expect(decoded.error.message.length).toBeLessThanOrEqual(200);
      }
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
