import { describe, expect, test } from "vitest";

import { randomJson, randomOf, SEED } from "../test/random-json.ts";
import { parseJson } from "./json.ts";

describe("P-FRAME-8 what an earlier text held changes nothing in a later one", () => {
  test.each([
    ["\\\\", "\\n", "\n"],
    ["\\\\", '\\"', '"'],
    ["\\\\u", "\\ud83d\\udc4d", "👍"],
    ["\\\\u0", "\\u00e9t\\u00e9", "été"],
    ["a\\\\", "a\\n", "a\n"],
  ])('after the key "%s", "%s"', (earlier, later, key) => {
    // The engine guesses a key by those that came behind the same keys before: these come behind nothing else.
    const behind = `behind ${earlier} and ${later}`.replaceAll(/\W/g, "_");
    parseJson(`{"${behind}":1,"${earlier}":2}`);
    expect(Object.keys(parseJson(`{"${behind}":1,"${later}":2}`) as object)).toEqual([behind, key]);
    expect(parseJson(`[{ "${behind}" : 1 , "${later}" \n : 2 }]`)).toEqual([{ [behind]: 1, [key]: 2 }]);
  });
});

describe("a text with an escaped key reads as any other", () => {
  test.each([
    ['{"\\n":[]}', '{"\\n":[]}'],
    ['{"\\n":{}}', '{"\\n":{}}'],
    [
      '[{"\\n":[1,-2.5e+3,true,false,null,"",{"a":{"\\\\":"\\""}}]},[],{}]',
      '[{"\\n":[1,-2500,true,false,null,"",{"a":{"\\\\":"\\""}}]},[],{}]',
    ],
    [' [ { "\\u0061" : [ 1 , 2 ] , "b" : "x:y,{z}" } , "\\":" ] ', '[{"a":[1,2],"b":"x:y,{z}"},"\\":"]'],
    [
      '{"\\n":1,"__proto__":{"polluted":true},"constructor":2}',
      '{"\\n":1,"__proto__":{"polluted":true},"constructor":2}',
    ],
    ['{"b":0,"\\n":1,"2":2,"1":1,"b":3,"\\n":4}', '{"1":1,"2":2,"b":3,"\\n":4}'],
  ])("%s", (text, printed) => {
    expect(JSON.stringify(parseJson(text))).toBe(printed);
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  test("however deep", () => {
    const value = parseJson(`{"\\n":${"[".repeat(30_000)}${"]".repeat(30_000)}}`) as Record<
      string,
      unknown[]
    >;
    let depth = 0;
    for (let list = value["\n"]; list !== undefined; list = list[0] as unknown[] | undefined) depth += 1;
    expect(depth).toBe(30_000);
  });
});

test(`print and parse give the same again (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (let run = 0; run < 10_000; run += 1) {
    const text = JSON.stringify(randomJson(random));
    expect(JSON.stringify(parseJson(text))).toBe(text);
  }
});

test.each(["", "{", '{"a":1,}', "{'a':1}", '{"\\n":1', '{"\\n":NaN}', '{"\\x":1}', "undefined"])(
  "%j is no JSON",
  (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  },
);
