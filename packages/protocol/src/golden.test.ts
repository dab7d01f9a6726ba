import { describe, expect, test } from "vitest";

import { goodFrames, refusedFrames } from "../test/fixtures.ts";
import { decodeDown, decodeUp, encodeDown, encodeUp } from "./codec.ts";
import { downSchemas } from "./down.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { upSchemas } from "./up.ts";

const directions = [
  { way: "up", decode: decodeUp, encode: encodeUp as (message: never) => string, schemas: upSchemas },
  { way: "down", decode: decodeDown, encode: encodeDown as (message: never) => string, schemas: downSchemas },
] as const;

describe.each(directions)("golden frames $way", ({ way, decode, encode, schemas }) => {
  test.each(goodFrames(way))("$name", ({ text, message }) => {
    expect(decode(text)).toEqual({ ok: true, value: message });
    expect(encode(message as never)).toBe(text);
    // Equality of objects is blind to a key named __proto__.
    expect(reencoded(text)).toBe(text);
  });

  test.each(goodFrames(`${way}-tolerated`))(
    "P-FRAME-2 P-FRAME-11 P-VER-1 tolerated: $name",
    ({ text, message }) => {
      expect(decode(text)).toEqual({ ok: true, value: message });
      expect(Object.prototype).not.toHaveProperty("polluted");
    },
  );

  test.each(refusedFrames(`${way}-refused`))(
    "P-FRAME-5 P-FRAME-9 P-NAME-4 refused: $name",
    ({ text, code, id, notAnObject }) => {
      const decoded = decode(text);
      expect(decoded).toMatchObject({ ok: false, error: { code } });
      if (decoded.ok) return;
      expect(decoded.error.id).toBe(id);
      expect(decoded.error.notAnObject).toBe(notAnObject);
      expect(Object.keys(ERROR_CODES)).toContain(decoded.error.code);
      expect(decoded.error.message.length).toBeLessThanOrEqual(200);
    },
  );

  test.each(
    schemas.map((schema) => ({ type: schema.entries.type.literal, fields: Object.keys(schema.entries) })),
  )("every field of $type is in some frame", ({ type, fields }) => {
    const messages = goodFrames(way).map((frame) => frame.message);
    const shown = messages
      .filter((message) => message["type"] === type)
      .flatMap((message) => Object.keys(message));
    expect(fields.filter((field) => !shown.includes(field))).toEqual([]);
  });

  function reencoded(text: string): string {
    const decoded = decode(text);
    return decoded.ok ? encode(decoded.value as never) : JSON.stringify(decoded.error);
  }
});
