import { describe, expect, it } from "vitest";

import { failureText, gapText, reasonText, wordsOf } from "./wording.ts";

describe("what codes mean to a person", () => {
  it("a gap says how much is missing, where that is known", () => {
    expect(gapText({ reason: "trimmed", from: 3, to: 14 })).toBe(
      "History was trimmed here: 12 messages are no longer kept",
    );
    expect(gapText({ reason: "trimmed", from: null, to: null })).toBe("History was trimmed here");
    expect(gapText({ reason: "store_lost_tail", from: 7, to: 7 })).toBe("The server lost 1 message here");
  });

  it("A11 a close code reaches the user as a sentence", () => {
    expect(reasonText({ cause: "closed", code: 4506, message: "kicked" })).toMatch(/removed/);
    expect(reasonText({ cause: "closed", code: 1006, message: "" })).toBe("The connection was lost.");
  });

  it("A11 what an operator gives as the reason reaches the user, and what every such close says does not", () => {
    expect(wordsOf({ cause: "closed", code: 4506, message: "spam" })).toBe("spam");
    const until = new Date(Date.UTC(2026, 10, 25, 21, 30)).toISOString();
    const words = wordsOf({ cause: "closed", code: 4503, message: `banned until ${until}: spam` });
    expect(words).toMatch(/^banned until .+: spam$/);
    expect(words).not.toContain("T21:30");
    expect(wordsOf({ cause: "closed", code: 4503, message: "not allowed" })).toBeUndefined();
    expect(wordsOf({ cause: "closed", code: 1006, message: "the connection was lost" })).toBeUndefined();
  });

  it("a failure that has no sentence of its own is told in the server's words", () => {
    expect(failureText({ code: "unknown_member", message: "no such client", retry: "no" })).toMatch(
      /no longer in the room/,
    );
    expect(failureText({ code: "invalid_data", message: "message.text: too long", retry: "no" })).toBe(
      "Message.text: too long.",
    );
  });

  it("what a moderator imposed is told with its end and reason, and of what is not known yet no more than the code says", () => {
    const refused = { code: "forbidden", message: "muted until …", retry: "no" } as const;
    const until = Date.UTC(2026, 10, 25, 21, 30);
    const muted = failureText({ ...refused, imposed: { what: "muted", until, reason: "off: topic" } });
    expect(muted).toMatch(/^You are muted until .+: off: topic$/);
    expect(failureText({ ...refused, imposed: { what: "banned" } })).toBe("You are banned.");
    const newer = "silenced" as "muted";
    expect(failureText({ ...refused, imposed: { what: newer } })).toBe("You may not do that here.");
  });
});
