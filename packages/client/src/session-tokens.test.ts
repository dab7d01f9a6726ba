/** The tokens of a client: when it asks for one, and when it has to ask again. */
import { describe, expect, test } from "vitest";

import { TOKEN_TIMEOUT_MS } from "./connection/transitions.ts";
import { connected } from "./testing/connected.ts";
import { refused } from "./testing/messages.ts";
import { turns, World } from "./testing/world.ts";

describe("C-TOKEN tokens", () => {
  test("the function is asked before every attempt", async () => {
    let asked = 0;
    const world = new World({ token: async () => `token-${++asked}` });
    expect(world.network.sockets).toEqual([]);
    await turns();
    world.greet();
    expect(world.socket.last("hello")).toMatchObject({ token: "token-1" });
    world.socket.end();
    world.clock.pass(1000);
    await turns();
    world.greet();
    expect(world.socket.last("hello")).toMatchObject({ token: "token-2" });
  });

  test("4401 asks once more; a token that is refused again is the end", async () => {
    let asked = 0;
    const world = new World({ token: () => `token-${++asked}` });
    await turns();
    world.greet();
    world.socket.end(4401, "expired");
    expect(world.client.status).toMatchObject({ state: "reconnecting", reason: { code: 4401 } });
    world.clock.pass(1000);
    await turns();
    world.socket.open();
    world.socket.end(4401, "expired");
    expect(asked).toBe(2);
    expect(world.client.status).toMatchObject({ state: "disconnected", final: true, reason: { code: 4401 } });
  });

  test("4401 with a token that was given as text is the end; refresh and connect begin anew", async () => {
    const { world, client } = connected({ token: "old" });
    world.socket.end(4401);
    expect(client.status).toMatchObject({ state: "disconnected", final: true });
    expect(await client.refresh("new")).toEqual({ ok: true, value: undefined });
    client.connect();
    world.greet({ resumed: true });
    expect(world.socket.last("hello")).toMatchObject({ token: "new", resume: "resume-1" });
  });

  test("a function that throws, rejects or never answers is a failed attempt; a late answer is nobody's", async () => {
    const late = Promise.withResolvers<string>();
    const answers = [
      () => {
        throw new Error("no login");
      },
      () => Promise.reject(new Error("no network")),
      () => late.promise,
      () => "good",
    ];
    const world = new World({ token: () => answers.shift()!() });
    await turns();
    expect(world.client.status).toMatchObject({ reason: { cause: "token", message: "no login" } });
    world.client.retryNow();
    await turns();
    expect(world.client.status).toMatchObject({ reason: { cause: "token", message: "no network" } });
    world.client.retryNow();
    await turns();
    world.clock.pass(TOKEN_TIMEOUT_MS);
    expect(world.client.status).toMatchObject({ retryAt: expect.any(Number), reason: { cause: "token" } });
    world.client.retryNow();
    late.resolve("late");
    await turns();
    expect(world.network.sockets).toHaveLength(1);
    world.greet();
    expect(world.socket.last("hello")).toMatchObject({ token: "good" });
  });

  test("a function that gives no token at all is a failed attempt too", async () => {
    const world = new World({ token: () => "" });
    await turns();
    expect(world.client.status).toMatchObject({ state: "reconnecting", reason: { cause: "token" } });
  });

  test("when the token expires soon the function is asked, and the session goes on with what it gives", async () => {
    const answers = ["first", "second"];
    const world = new World({ token: () => answers.shift()! });
    await turns();
    world.greet();
    world.socket.say({ type: "expiring", expiresInMs: 30_000 });
    await turns();
    const { id, token } = world.socket.last("refresh");
    expect(token).toBe("second");
    world.socket.say({ type: "ack", id: id!, time: 1 });
    await turns();
    expect([world.network.sockets.length, world.errors]).toEqual([1, []]);
  });

  test("a function that fails then is asked again when the token has expired, and a fixed token is not sent twice", async () => {
    let asked = 0;
    const token = (): string => {
      asked += 1;
      if (asked === 2) throw new Error("no login");
      return `t${asked}`;
    };
    const world = new World({ token });
    await turns();
    world.greet();
    world.socket.say({ type: "expiring", expiresInMs: 30_000 });
    await turns();
    expect(world.socket.all("refresh")).toEqual([]);
    expect(world.errors).toMatchObject([{ message: "no login" }]);
    world.socket.end(4401, "");
    world.returnToNetwork();
    await turns();
    world.greet();
    expect(world.socket.last("hello")).toMatchObject({ token: "t3" });

    const fixed = connected({ token: "fixed" });
    fixed.world.socket.say({ type: "expiring", expiresInMs: 30_000 });
    await turns();
    expect(fixed.world.socket.all("refresh")).toEqual([]);
  });

  test("a token that comes when its socket is gone is not sent on the next", async () => {
    const late = Promise.withResolvers<string>();
    const answers = ["first", late.promise, "third"];
    const world = new World({ token: () => answers.shift()! });
    await turns();
    world.greet();
    world.socket.say({ type: "expiring", expiresInMs: 30_000 });
    world.socket.end(1006, "");
    world.returnToNetwork();
    await turns();
    world.greet();
    late.resolve("late");
    await turns();
    expect(world.socket.all("refresh")).toEqual([]);
  });

  test("refresh gives the server a new token in place", async () => {
    const { world, client } = connected({ token: "old" });
    const done = client.refresh("new");
    const { id, token } = world.socket.last("refresh");
    expect(token).toBe("new");
    world.socket.say({ type: "ack", id: id!, time: 1 });
    expect(await done).toEqual({ ok: true, value: undefined });
    const again = client.refresh("worse");
    world.socket.say(refused({ id: world.socket.last("refresh").id!, code: "unauthorised", retry: "no" }));
    expect(await again).toMatchObject({ ok: false, error: { code: "unauthorised", retry: "no" } });
    expect(await client.refresh("")).toMatchObject({ ok: false });
  });
});
