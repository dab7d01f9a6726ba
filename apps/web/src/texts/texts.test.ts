import { describe, expect, it } from "vitest";

import { de } from "./de.ts";
import { en } from "./en.ts";
import { LANGUAGES } from "./language.svelte.ts";

/** Every text by its path, said with stand-ins for what it is told. */
function told(texts: object, path = ""): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, text]: [string, unknown]): [string, string][] => {
      const at = `${path}.${key}`;
      if (typeof text === "string") return [[at, text]];
      if (typeof text === "function")
        return [[at, String((text as (...told: unknown[]) => unknown)(names(at), 2, 2))]];
      return [...told(text as object, at)];
    }),
  );
}
const names = (at: string): unknown => (/list$|composer\.typing$/.test(at) ? ["Ada", "Bo"] : 2);

/** The same in both. */
const SHARED =
  /^\.(?:tag|name|list|number|connection\.(?:roundTrip|transports\.ws)|message\.reactedBy)$|^\.search\.failed$/;

describe("the languages", () => {
  it("are those that can be chosen", async () => {
    expect([...LANGUAGES.keys()]).toEqual(["en", "de"]);
    for (const [tag, { load }] of LANGUAGES) expect((await load()).tag).toBe(tag);
  });

  it("German has a text for each of English, and none of them is English", () => {
    const [english, german] = [told(en), told(de)];
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [at, text] of german) {
      expect(text, at).not.toBe("");
      expect(text, at).not.toMatch(/undefined|NaN|\[object/);
      if (!SHARED.test(at)) expect(text, at).not.toBe(english.get(at));
    }
  });

  it("counts agree with their noun", () => {
    expect([en.stream.below(1), en.stream.below(1_204)]).toEqual(["1 new message", "1,204 new messages"]);
    expect([de.stream.below(1), de.stream.below(1_204)]).toEqual([
      "1 neue Nachricht",
      "1.204 neue Nachrichten",
    ]);
  });
});
