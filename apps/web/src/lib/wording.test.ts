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
    expect(wordsOf({ cause: "closed", code: 4503, message: "members only" })).toBe("members only");
    expect(wordsOf({ cause: "closed", code: 4503, message: "not allowed" })).toBeUndefined();
    expect(wordsOf({ cause: "closed", code: 1006, message: "the connection was lost" })).toBeUndefined();
  });

  it("P-MAY-6 what was imposed is told by what it is, in the words and the time of the reader, by however it is closed", () => {
    const until = new Date(Date.UTC(2026, 10, 25, 21, 30)).toISOString();
    const closed = (code: number, message: string) => ({ cause: "closed", code, message }) as const;
    const banned = closed(4503, `banned until ${until}: spam: "twice"`);
    expect(reasonText(banned)).toMatch(/^You are banned until .+: spam: "twice"\.$/);
    expect(reasonText(banned)).not.toContain("T21:30");
    expect(wordsOf(banned)).toBeUndefined();
    expect(reasonText(closed(4503, "banned"))).toBe("You are banned.");
    expect(reasonText(closed(4503, "banned: enough!"))).toBe("You are banned: enough!");
    expect(reasonText(closed(4501, "revoked"))).toBe("You need to sign in again.");
    expect(reasonText(closed(4506, "banned: a joke"))).toBe("You were removed by an operator.");
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
