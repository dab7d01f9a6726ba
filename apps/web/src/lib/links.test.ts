import { describe, expect, it } from "vitest";

import { segments } from "./links.ts";

const links = (text: string): string[] =>
  segments(text).flatMap((part) => (part.kind === "link" ? [part.text] : []));

describe("links in a text", () => {
  it("finds an address and leaves the punctuation around it", () => {
    expect(segments("See https://example.org/a?b=1#c.")).toEqual([
      { kind: "text", text: "See " },
      { kind: "link", text: "https://example.org/a?b=1#c", href: "https://example.org/a?b=1#c" },
      { kind: "text", text: "." },
    ]);
  });

  it("keeps brackets that belong to the address", () => {
    expect(links("(https://en.wikipedia.org/wiki/Room_(architecture))")).toEqual([
      "https://en.wikipedia.org/wiki/Room_(architecture)",
    ]);
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.org",
    "https://",
    "https://bank.example@evil.example/",
  ])("leaves %s as text", (text) => {
    expect(segments(text)).toEqual([{ kind: "text", text }]);
  });

  it("loses no character", () => {
    const text = "<b>a</b> https://a.example/?x=<y> “http://b.example”, and http://c.example!";
    expect(
      segments(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
    expect(links(text)).toEqual(["https://a.example/?x=", "http://b.example", "http://c.example"]);
  });
});
