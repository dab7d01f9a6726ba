import { GUEST } from "@roomcast/hub";
import { ManualClock } from "@roomcast/hub/testing";
import { err, ok, refusal } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";

import { refuse } from "../index.ts";
import { Entrance, type EntranceOptions } from "./entrance.ts";
import { Origins } from "./origins.ts";

interface Asked {
  readonly origin?: string;
  readonly address?: string;
  readonly authorization?: string;
  readonly forwardedFor?: string;
  readonly cookie?: string;
}

function request({ address = "203.0.113.9", forwardedFor, ...headers }: Asked): IncomingMessage {
  return {
    url: "/",
    headers: { host: "chat.example", "x-forwarded-for": forwardedFor, ...headers },
    socket: { remoteAddress: address },
  } as unknown as IncomingMessage;
}

/** Whom a hook vouches for, as of the time at which it was asked. */
const ADA = { user: "ada", issuedAt: new ManualClock().now() };
const BOB = { user: "bob" };
const NEVER = new Promise<never>(() => undefined);
const HOME = "https://chat.example";

/** "bob" is Bob's token; guests may enter. */
function entrance(options: Partial<EntranceOptions> = {}): Entrance {
  return new Entrance({
    policy: {
      authenticate: (token) =>
        token === undefined ? ok(GUEST) : token === "bob" ? ok(BOB) : err(refusal("unauthorised")),
    },
    origins: new Origins(),
    clock: new ManualClock(),
    onFault: (error) => {
      throw error;
    },
    ...options,
  });
}

const authenticate: EntranceOptions["authenticate"] = ({ headers: { cookie } }) =>
  cookie === "sid=ada"
    ? { user: "ada" }
    : cookie === "sid=old"
      ? refuse("log in again", "unauthorised")
      : undefined;

describe("who comes in by a socket", () => {
  it("T1: a foreign page does not, whatever it brings and wherever it comes from", () => {
    let asked = 0;
    const door = entrance({ authenticate: () => ((asked += 1), ADA) });
    for (const origin of ["https://evil.example", "null", ""]) {
      const page = { origin, address: "127.0.0.1", authorization: "Bearer bob", cookie: "sid=ada" };
      expect(door.vouch(request(page))).toMatchObject({ ok: false, error: { code: "forbidden" } });
    }
    expect(asked).toBe(0);
  });

  it("T1: without an Origin only who is vouched for, or comes from this machine", () => {
    const door = entrance({ authenticate });
    expect(door.vouch(request({}))).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(door.vouch(request({ authorization: "Bearer bob" }))).toEqual(ok(BOB));
    expect(door.vouch(request({ cookie: "sid=ada" }))).toEqual(ok(ADA));
    for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      expect(door.vouch(request({ address }))).toEqual(ok(undefined));
      expect(door.vouch(request({ address, forwardedFor: "203.0.113.9" }))).toMatchObject({ ok: false });
    }
  });

  it("D10: a bearer token is checked; a broken Authorization is none", () => {
    const vouch = (authorization: string): unknown =>
      entrance().vouch(request({ origin: HOME, authorization }));
    expect(vouch("Bearer bob")).toEqual(ok(BOB));
    for (const bad of ["Bearer eve", "Basic abc", "Bearer"])
      expect(vouch(bad)).toMatchObject({ ok: false, error: { code: "unauthorised" } });
  });

  it("W-HOOK D10: the application's hook comes first: it knows, refuses, or leaves it to the token", async () => {
    for (const hook of [authenticate, async (asked: IncomingMessage) => authenticate(asked)]) {
      const door = entrance({ authenticate: hook });
      const vouch = async (asked: Asked): Promise<unknown> => door.vouch(request({ origin: HOME, ...asked }));
      expect(await vouch({ cookie: "sid=ada", authorization: "Bearer bob" })).toEqual(ok(ADA));
      expect(await vouch({ cookie: "sid=old", authorization: "Bearer bob" })).toEqual(
        err({ code: "unauthorised", message: "log in again" }),
      );
      expect(await vouch({ authorization: "Bearer bob" })).toEqual(ok(BOB));
      expect(await vouch({})).toEqual(ok(undefined));
    }
  });
});

it("R-REVOKE W-HOOK: what a hook vouches for is as old as it says, else as the question", async () => {
  const clock = new ManualClock();
  const askedAt = clock.now();
  const answer = Promise.withResolvers<{ user: string; issuedAt?: number }>();
  const late = entrance({ clock, authenticate: () => answer.promise }).identify(request({}));
  clock.advance(1000);
  answer.resolve({ user: "ada" });
  expect(await late).toEqual(ok({ user: "ada", issuedAt: askedAt }));
  const cookie = entrance({ clock, authenticate: () => ({ user: "ada", issuedAt: 5 }) });
  expect(await cookie.identify(request({}))).toEqual(ok({ user: "ada", issuedAt: 5 }));
});

describe("who makes a plain request", () => {
  it("W-HOOK P-HTTP-1: whom the hook knows, else the token's user, else a guest", async () => {
    const door = entrance({ authenticate });
    expect(await door.identify(request({ cookie: "sid=ada" }))).toEqual(ok(ADA));
    expect(await door.identify(request({ cookie: "sid=old" }))).toMatchObject({ ok: false });
    expect(await door.identify(request({ authorization: "Bearer bob" }))).toEqual(ok(BOB));
    expect(await door.identify(request({ authorization: "Bearer eve" }))).toMatchObject({ ok: false });
    expect(await door.identify(request({}))).toEqual(ok(GUEST));
  });
});

describe("a hook that fails", () => {
  it("W-HOOK: one that throws, at once or later, is reported and refuses with internal", async () => {
    const hooks = [
      () => {
        throw new Error("bug");
      },
      () => Promise.reject(new Error("bug")),
    ];
    for (const hook of hooks) {
      const faults: unknown[] = [];
      const door = entrance({ authenticate: hook, onFault: (error) => faults.push(error) });
      expect(await door.vouch(request({ origin: HOME }))).toMatchObject({ error: { code: "internal" } });
      expect(await door.identify(request({}))).toMatchObject({ error: { code: "internal" } });
      expect(faults).toEqual([new Error("bug"), new Error("bug")]);
    }
  });

  it("W-HOOK T3: one that does not answer refuses with overloaded after 5 s", async () => {
    const clock = new ManualClock();
    const door = entrance({ authenticate: () => NEVER, clock });
    const answer = door.vouch(request({ origin: HOME }));
    clock.advance(5_000);
    expect(await answer).toMatchObject({ error: { code: "overloaded" } });
  });
});
