/** D10: keys come and go at a real http server, which is down, slow or out of its mind in between. */
import { ManualClock } from "@roomcast/hub/testing";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { JwtVerifier } from "./jwt.ts";

const pairs = { old: await generateKeyPair("ES256"), new: await generateKeyPair("ES256") };
type Kid = keyof typeof pairs;
const MINUTE_MS = 60_000;

let clock: ManualClock;
let server: Server;
let verifier: JwtVerifier;
let fetches: number;
/** What the endpoint does when it is asked. */
let answer: (response: ServerResponse) => unknown;

const setOf = async (...kids: Kid[]): Promise<string> => {
  const keys = kids.map(async (kid) => ({ ...(await exportJWK(pairs[kid].publicKey)), kid, alg: "ES256" }));
  return JSON.stringify({ keys: await Promise.all(keys) });
};
const serve = async (...kids: Kid[]): Promise<void> => {
  const set = await setOf(...kids);
  answer = (response) => response.end(set);
};

beforeEach(async () => {
  clock = new ManualClock();
  // What jose goes by.
  vi.useFakeTimers({ toFake: ["Date"], now: clock.now() });
  fetches = 0;
  server = createServer((_, response) => {
    fetches += 1;
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const jwksUrl = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
  verifier = new JwtVerifier({ jwksUrl }, clock);
});
afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function pass(ms: number): void {
  clock.advance(ms);
  vi.setSystemTime(clock.now());
}

const signed = (kid: string, key: CryptoKey): Promise<string> =>
  new SignJWT({ sub: "ada" }).setProtectedHeader({ alg: "ES256", kid }).sign(key);

/** "ok", or the code of the refusal. */
async function ask(kid: Kid, named: string = kid): Promise<string> {
  const verified = await verifier.verify(await signed(named, pairs[kid].privateKey));
  return verified.ok ? "ok" : verified.error.code;
}

it("D10: a key that is added is found with the first token that names it, five seconds after the last look", async () => {
  await serve("old");
  expect(await ask("old")).toBe("ok");
  await serve("old", "new");
  pass(4_999);
  expect(await ask("new")).toBe("unauthorised");
  pass(1);
  expect([await ask("new"), await ask("old"), fetches]).toEqual(["ok", "ok", 2]);
});

it("D10: a key that is removed is good for ten minutes more at most", async () => {
  await serve("old", "new");
  expect(await ask("old")).toBe("ok");
  await serve("new");
  pass(10 * MINUTE_MS - 1);
  expect([await ask("old"), fetches]).toEqual(["ok", 1]);
  pass(1);
  expect([await ask("old"), await ask("new"), fetches]).toEqual(["unauthorised", "ok", 2]);
});

it("D10 T13: a thousand tokens that name keys nobody has make twelve requests a minute", async () => {
  await serve("old");
  for (let second = 0; second < 60; second += 1) {
    const asked = Array.from({ length: 20 }, (_, index) => ask("new", `${second}.${index}`));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(["unauthorised"]));
    pass(1_000);
  }
  expect(fetches).toBe(12);
});

const BROKEN: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "is down": (response) => response.destroy(),
  "has trouble": (response) => response.writeHead(503).end(),
  "answers by a page": (response) => response.end("<html>"),
  "answers by something else": (response) => response.end('{"keys":"none"}'),
  "sends elsewhere": (response) => response.writeHead(302, { Location: "/other" }).end(),
};

it.each(Object.entries(BROKEN))(
  "D10 T13: while the endpoint %s, known keys stay good for their time, others may be asked again, and it is left alone",
  async (_, broken) => {
    await serve("old");
    expect(await ask("old")).toBe("ok");
    answer = broken;
    pass(30_000);
    for (let count = 0; count < 10; count += 1)
      expect([await ask("old"), await ask("new")]).toEqual(["ok", "internal"]);
    expect(fetches).toBe(2);
    pass(5_000);
    expect([await ask("new"), fetches]).toEqual(["internal", 3]);
    pass(10 * MINUTE_MS);
    for (let count = 0; count < 10; count += 1) expect(await ask("old")).toBe("internal");
    expect(fetches).toBe(4);
    await serve("new");
    pass(5_000);
    expect([await ask("new"), fetches]).toEqual(["ok", 5]);
  },
);

it("D10: while it is slow, all who come wait for one answer", async () => {
  const asked = new Promise<ServerResponse>((resolve) => (answer = resolve));
  const waiting = Promise.all([ask("old"), ask("old"), ask("old")]);
  const response = await asked;
  response.end(await setOf("old"));
  expect([await waiting, fetches]).toEqual([["ok", "ok", "ok"], 1]);
});
