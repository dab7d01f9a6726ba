import { describe, expect, it } from "vitest";

import { de as inspectorDe } from "../inspector/texts/de.ts";
import { en as inspectorEn } from "../inspector/texts/en.ts";
import { de as tickerDe } from "../ticker/texts/de.ts";
import { en as tickerEn } from "../ticker/texts/en.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

/** Every text by its path, said with stand-ins for what it is told. */
function told(texts: object, path = ""): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, text]: [string, unknown]): [string, string][] => {
      const at = `${path}.${key}`;
      if (typeof text === "string") return [[at, text]];
      if (typeof text === "function")
        return [[at, String((text as (...told: unknown[]) => unknown)(names(at), 2, 2, 2, 2))]];
      return [...told(text as object, at)];
    }),
  );
}
const names = (at: string): unknown => (/list$|composer\.typing$/.test(at) ? ["Ada", "Bo"] : 2);

/** The same in both. */
const SHARED = {
  app: /^\.(?:list|number|connection\.(?:roundTrip|transports\.ws)|token\.label|message\.reactedBy)$/,
  ticker: /^\.none\.nothing$/,
  inspector:
    /^\.(?:stream\.open|problems\.status|overview\.(?:heap|node|slowOf)|(?:room|client)\.client|room\.(?:name|offsets)|clients\.(?:label|name)|sections\.clients|client\.in|contract\.schema|happenings\.refusedIn|tail\.offset|users\.endsIn)$/,
};

describe("the languages", () => {
  it.each([
    ["app", en, de],
    ["ticker", tickerEn, tickerDe],
    ["inspector", inspectorEn, inspectorDe],
  ] as const)(
    "German has a text for each of English in the %s, and none of them is English",
    (table, english, german) => {
      const [inEnglish, inGerman] = [told(english), told(german)];
      expect([...inGerman.keys()].sort()).toEqual([...inEnglish.keys()].sort());
      for (const [at, text] of inGerman) {
        expect(text, at).not.toBe("");
        expect(text, at).not.toMatch(/undefined|NaN|\[object/);
        if (!SHARED[table].test(at)) expect(text, at).not.toBe(inEnglish.get(at));
      }
    },
  );

  it("counts agree with their noun", () => {
    expect([en.stream.below(1), en.stream.below(1_204)]).toEqual(["1 new message", "1,204 new messages"]);
    expect([de.stream.below(1), de.stream.below(1_204)]).toEqual([
      "1 neue Nachricht",
      "1.204 neue Nachrichten",
    ]);
  });
});
