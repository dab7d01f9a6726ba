/** Who may ask the operators' API, over real HTTP. */
import { describe, expect, it } from "vitest";

import { AdminStage } from "../../../test/admin-stage.ts";
import { BareSocket } from "../../../test/bare-socket.ts";

type Headers = Readonly<Record<string, string>>;

const TOKEN = "an-admin-token-of-32-characters0";

describe("who is an operator", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it.each<[string, Headers, number]>([
    ["by an address of this machine", {}, 200],
    ["by its name", { host: "localhost:3000" }, 200],
    ["by a name that was made to lead here", { host: "evil.example" }, 404],
    ["by a name that begins like an address", { host: "127.0.0.1.evil.example" }, 404],
    ["through a proxy that says so", { "x-forwarded-for": "203.0.113.9" }, 404],
    ["through a proxy that says its own name", { via: "1.1 proxy" }, 404],
    ["through a proxy that says only who asks", { "x-real-ip": "203.0.113.9" }, 404],
    ["with a token where none is set, from elsewhere", { host: "x.example", ...bearer(TOKEN) }, 404],
  ])("H-ADMIN-WHO: without a token set, %s", async (_, headers, status) => {
    await using stage = await AdminStage.start();
    expect((await stage.ask("/overview", { headers })).status).toBe(status);
  });

  it("H-ADMIN-WHO: a proxy that hides behind HTTP/1.0 is not this machine", async () => {
    await using stage = await AdminStage.start();
    const socket = await BareSocket.connect(stage.port);
    socket.write(`GET /v1/admin/overview HTTP/1.0\r\nHost: 127.0.0.1:${stage.port}\r\n\r\n`);
    expect(await socket.head()).toMatch(/^HTTP\/1\.\d 404 /);
    await socket.ended();
  });

  it("H-ADMIN-WHO: in a server of somebody else nobody is trusted for where they sit", async () => {
    await using stage = await AdminStage.start({ trustsLoopback: false });
    expect((await stage.ask("/overview")).status).toBe(404);
  });

  it.each<[string, Headers, number]>([
    ["nothing", {}, 401],
    ["another", bearer("another-token-of-32-characters-0"), 401],
    ["a longer one", bearer(`${TOKEN}0`), 401],
    ["one in another scheme", { authorization: `Basic ${TOKEN}` }, 401],
    ["it", bearer(TOKEN), 200],
    ["it, from elsewhere", { host: "chat.example", "x-forwarded-for": "203.0.113.9", ...bearer(TOKEN) }, 200],
  ])("H-ADMIN-WHO: with a token set, whoever brings %s", async (_, headers, status) => {
    await using stage = await AdminStage.start({ token: TOKEN });
    const { status: answered, headers: told } = await stage.ask("/overview", { headers });
    expect(answered).toBe(status);
    if (status === 401) expect(told["www-authenticate"]).toBe("Bearer");
  });

  it.each<[string, (origin: string) => Headers, number]>([
    ["of its own origin", (origin) => ({ origin, "sec-fetch-site": "same-origin" }), 200],
    ["that was opened by hand", () => ({ "sec-fetch-site": "none" }), 200],
    ["of another origin", () => ({ origin: "https://evil.example" }), 403],
    ["of another port of this machine", () => ({ origin: "http://127.0.0.1:9" }), 403],
    ["of another port, without an Origin", () => ({ "sec-fetch-site": "same-site" }), 403],
    ["of another site, without an Origin", () => ({ "sec-fetch-site": "cross-site" }), 403],
    ["that hides its origin", () => ({ origin: "null" }), 403],
  ])("H-ADMIN-PAGE T1: a page %s", async (_, headers, status) => {
    for (const token of [undefined, TOKEN]) {
      await using stage = await AdminStage.start({ token });
      const own = `http://127.0.0.1:${stage.port}`;
      const given = { ...headers(own), ...(token !== undefined && bearer(token)) };
      const seen = await stage.ask("/overview", { headers: given });
      expect(seen.status).toBe(status);
      expect(seen.headers["access-control-allow-origin"]).toBeUndefined();
      const done = await stage.ask("/clients/nobody/kick", { headers: given, body: {} });
      expect(done.status).toBe(status === 200 ? 404 : status);
    }
  });

  it("H-ADMIN-PAGE: no page may preflight", async () => {
    await using stage = await AdminStage.start();
    const { status, headers } = await stage.ask("/clients/c/kick", {
      method: "OPTIONS",
      headers: { origin: "http://localhost:5173", "access-control-request-method": "POST" },
    });
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("H-7: to a stranger every path looks the same, and an operator is told what is not there", async () => {
    await using stage = await AdminStage.start();
    expect((await stage.ask("/nowhere", { headers: { host: "x.example" } })).json).toEqual(
      (await stage.ask("/overview", { headers: { host: "x.example" } })).json,
    );
    expect((await stage.ask("/nowhere")).json.error.code).toBe("not_found");
    expect((await stage.ask("/overview", { method: "DELETE" })).status).toBe(405);
  });
});
