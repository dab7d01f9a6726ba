import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";

import { Origins } from "./origins.ts";

interface Asked {
  readonly origin?: string;
  readonly host?: string;
  readonly url?: string;
  readonly encrypted?: true;
  readonly referer?: string;
  readonly site?: string;
}

const request = ({ encrypted, site, url = "/", ...headers }: Asked): IncomingMessage =>
  ({
    url,
    headers: { host: "chat.example", "sec-fetch-site": site, ...headers },
    socket: encrypted ? { encrypted } : {},
  }) as unknown as IncomingMessage;

describe("without a list", () => {
  const origins = new Origins();

  it.each([
    { origin: "https://chat.example" },
    { origin: "http://chat.example" },
    { origin: "http://chat.example:8080", host: "chat.example:8080" },
    { origin: "https://chat.example", host: "CHAT.example:443" },
    { origin: "http://chat.example", host: "other.example", url: "http://chat.example/v1/ws" },
    { origin: "http://localhost" },
    { origin: "http://localhost:5173" },
    { origin: "https://127.0.0.1:8443" },
    { origin: "http://127.9.9.9" },
    { origin: "http://[::1]:3000" },
  ])("T1: $origin may speak to $host", (asked) => {
    expect(origins.allows(request(asked))).toBe(true);
  });

  it.each([
    { origin: "https://evil.example" },
    { origin: "https://chat.example.evil.example" },
    { origin: "https://evilchat.example" },
    { origin: "https://chat.example:8443" },
    { origin: "http://chat.example", host: "" },
    { origin: "null" },
    { origin: "" },
    { origin: "file://" },
    { origin: "chat.example" },
    { origin: "https://chat.example/" },
    { origin: "https://chat.example/path" },
    { origin: "https://user@chat.example" },
    { origin: "HTTPS://CHAT.EXAMPLE" },
    { origin: "chrome-extension://chat.example" },
    { origin: "http://localhost.evil.example" },
    { origin: "http://127.0.0.1.evil.example" },
    { origin: "https://a.example, https://chat.example" },
  ])("T1: $origin may not speak to $host", (asked) => {
    expect(origins.allows(request(asked))).toBe(false);
  });
});

describe("with a list", () => {
  const origins = new Origins(["https://app.example", "http://localhost:8080"]);

  it("D12 T1: it is exact, and takes the place of everything else", () => {
    expect(origins.allows(request({ origin: "https://app.example" }))).toBe(true);
    expect(origins.allows(request({ origin: "http://localhost:8080" }))).toBe(true);
    for (const origin of [
      "http://app.example",
      "https://app.example:444",
      "https://chat.example",
      "http://localhost:5173",
      "null",
    ]) {
      expect(origins.allows(request({ origin }))).toBe(false);
    }
  });
});

describe("the origin that a request reached", () => {
  const listing = new Origins(["https://app.example", "http://app.example:8080"]);

  it.each<[Asked, string | undefined]>([
    [{ host: "app.example" }, "https://app.example"],
    [{ host: "app.example:443" }, "https://app.example"],
    [{ host: "app.example:8080" }, "http://app.example:8080"],
    [{ host: "localhost:3000" }, "http://localhost:3000"],
    [{ host: "localhost:3000", encrypted: true }, "https://localhost:3000"],
    [{ host: "me@127.0.0.1/path" }, "http://127.0.0.1"],
    [{ host: "app.example.evil.example" }, undefined],
    [{ host: "chat.example" }, undefined],
    [{ host: "" }, undefined],
  ])("H-CONTRACT-HOST: of %j it is %s", (asked, origin) => {
    expect(listing.reached(request(asked))?.origin).toBe(origin);
  });

  it("H-CONTRACT-HOST: without a list it is known for this machine alone", () => {
    expect(new Origins().reached(request({ host: "chat.example" }))).toBeUndefined();
    expect(new Origins().reached(request({ host: "[::1]:3000" }))?.origin).toBe("http://[::1]:3000");
  });
});

describe("whose page it is", () => {
  const origins = new Origins(["https://app.example"]);

  it.each([
    ["a page of elsewhere", { origin: "https://evil.example" }, true],
    ["a script of a page of elsewhere", { site: "cross-site", referer: "https://evil.example/" }, true],
    ["a picture of a page that hides its name", { site: "cross-site" }, true],
    ["a script of another port or subdomain", { site: "same-site" }, true],
    ["a page that is listed", { origin: "https://app.example", site: "cross-site" }, false],
    ["a script of a page that is listed", { site: "cross-site", referer: "https://app.example/" }, false],
    ["a page of the server's own, which polls", { site: "same-origin" }, false],
    ["an address that somebody has typed", { site: "none" }, false],
    ["no browser", {}, false],
  ])("P-SOCK-2 P-SIO-10 T1: %s", (_, asked, foreign) => {
    expect(origins.isForeign(request(asked))).toBe(foreign);
  });
});
