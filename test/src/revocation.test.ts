/**
 * T16: what is taken from a user is gone within a second, by every transport, also where the user reads nothing; and nothing
 * brings it back.
 */
import { createServer, type ModerationAct, type RoomcastServer } from "@roomcast/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fetchAlone } from "../harness/fetch-alone.ts";
import { afterLoss, LINES } from "../harness/line.ts";
import { STALLED } from "../harness/stalled.ts";
import { JWT_SECRET, tokenOf } from "../harness/tokens.ts";
import { until } from "../harness/until.ts";

/** More than a peer's system takes for it, and no more than ours takes from us. */
const TEXTS = 85;
const TEXT = "x".repeat(3_900);
/** So that it was not issued in the second in which it is revoked. */
const AN_HOUR_AGO = { iat: Math.floor(Date.now() / 1000) - 3600 };

let server: RoomcastServer;
beforeAll(async () => {
  server = await createServer({
    ...{ store: "memory", log: "silent", port: 0, host: "127.0.0.1", jwtSecret: JWT_SECRET },
    ...{ messagesPerSecond: 0, connectionsPerAddress: 0, upgradesPerSecond: 0 },
  });
  await server.listen();
});
afterAll(() => server.close());

let users = 0;
const somebody = (): { user: string; room: string; token: string } => {
  users += 1;
  const user = `user${users}`;
  return { user, room: `room${users}`, token: tokenOf(user, AN_HOUR_AGO) };
};

const say = async (room: string, text: string): Promise<void> => {
  const said = await server.rooms.get(room).publish("message", { text });
  if (!said.ok) throw new Error(said.error.message);
};

const fill = (room: string): Promise<unknown> =>
  Promise.all(Array.from({ length: TEXTS }, (_, index) => say(room, `${TEXT}#${index}#`)));

/** The second that P-MAY-5 promises, on the clock of the server, another program. A reader that stands still sees no event to wait for. */
const second = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000));

const ACTS: readonly (readonly [
  string,
  (who: { user: string; room: string }) => Omit<ModerationAct, "by">,
])[] = [
  ["a ban from the room", ({ user, room }) => ({ act: "ban", user, room })],
  ["a ban from everywhere", ({ user }) => ({ act: "ban", user })],
  ["a kick from the room", ({ user, room }) => ({ act: "kick", user, room })],
  ["a revocation", ({ user }) => ({ act: "revoke", user })],
];

describe.concurrent.each(Object.entries(STALLED))("who reads nothing by %s", (_, stall) => {
  it.each(ACTS)("R-EXPEL P-MAY-5 T16: gets nothing more a second after %s", async (__, actOn) => {
    const who = somebody();
    await say(who.room, "first");
    const stalled = await stall(server.url, who, () => fill(who.room));
    const done = await server.moderate(actOn(who));
    expect(done).toMatchObject({ ok: true });
    await second();
    const rest = await stalled.readOn();
    // Something was on its way, or this shows nothing.
    expect(rest).toContain(TEXT);
    expect(rest).not.toContain(`#${TEXTS - 1}#`);
  });
});

describe.concurrent.each(Object.entries(LINES))("by %s", (_, open) => {
  it("R-EXPEL R-BAN P-MAY-6 T16: a ban from a room takes its user out of it and of nothing else, says why, and holds", async () => {
    const { user, room, token } = somebody();
    const other = `${room}.other`;
    await using line = await open(server.url, { token, join: [{ room }, { room: other }] });
    const { resume } = line.told.find(({ type }) => type === "welcome")!;
    const untilMs = Date.now() + 60_000;
    await server.moderate({ act: "ban", user, room, reason: "not here", until: untilMs });
    await until("it is told", () => line.told.some(({ type }) => type === "left"));
    expect(line.told.find(({ type }) => type === "left")).toMatchObject({
      ...{ room, reason: "banned", message: "not here", until: untilMs },
    });
    await say(room, "secret");
    const again = { token, resume: resume!, join: [{ room: other }] };
    await using back = await afterLoss(line, other, () => open(server.url, again));
    await say(other, "for all");
    await until("the other room goes on", () => JSON.stringify(back.told).includes("for all"));
    for (const request of [
      { type: "join", room },
      { type: "join", room, since: { epoch: "x", offset: 0 } },
    ]) {
      const refused = await back.ask(request);
      expect(refused).toMatchObject({ code: "forbidden" });
      expect(refused.message).toContain("not here");
    }
    expect(JSON.stringify([line.told, back.told])).not.toContain("secret");
    await server.moderate({ act: "unban", user, room });
    expect(await back.ask({ type: "join", room })).toMatchObject({ events: [{ data: { text: "secret" } }] });
  });

  it("R-BAN T16: who was banned while away does not come back, by a resume or without", async () => {
    const { user, room, token } = somebody();
    const first = await open(server.url, { token, join: [{ room }] });
    const { resume } = first.told.find(({ type }) => type === "welcome")!;
    await first[Symbol.asyncDispose]();
    await server.moderate({ act: "ban", user, reason: "enough" });
    for (const hello of [{ token, resume: resume! }, { token }]) {
      await using again = await open(server.url, { ...hello, join: [{ room }] });
      expect(again.told).toMatchObject([
        { type: "error", code: "forbidden", message: expect.stringContaining("enough") },
      ]);
      expect(again.ended).toBeDefined();
    }
    const request = async (path: string, init: RequestInit = {}): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const answer = await fetchAlone(server.url + path, { ...init, headers });
      await answer.body?.cancel();
      return answer.status;
    };
    const body = JSON.stringify({ event: "message", data: { text: "hello" } });
    expect([
      await request(`/v1/rooms/${room}/events`),
      await request(`/v1/rooms/${room}/members`),
      await request(`/v1/rooms/${room}/stream`),
      await request(`/v1/rooms/${room}/events`, { method: "POST", body }),
      await request("/v1/rooms"),
      await request("/v1/asyncapi.json"),
      await request("/v1/tickets", { method: "POST" }),
    ]).toEqual([403, 403, 403, 403, 403, 403, 403]);
  });

  it("R-MUTE P-MAY-6: who is muted hears, and says nothing, until that is lifted", async () => {
    const { user, room, token } = somebody();
    await using line = await open(server.url, { token, join: [{ room }] });
    await server.moderate({ act: "mute", user, room, reason: "too loud" });
    const loud = { type: "publish", room, event: "message", data: { text: "HELLO" } };
    const refused = await line.ask(loud);
    expect(refused).toMatchObject({ code: "forbidden", message: "muted: too loud" });
    expect(await line.ask({ type: "presence", room, state: { text: "HELLO" } })).toMatchObject({
      code: "forbidden",
    });
    await say(room, "still heard");
    await until("it hears", () => JSON.stringify(line.told).includes("still heard"));
    await server.moderate({ act: "unmute", user, room });
    expect(await line.ask(loud)).toMatchObject({ position: {} });
  });

  it("R-REVOKE P-MAY-6 T16: a revoked token is good for nothing any more, and a newer one is", async () => {
    const { user, room, token } = somebody();
    await using line = await open(server.url, { token, join: [{ room }] });
    await server.moderate({ act: "revoke", user });
    await until("it is out", () => line.ended !== undefined);
    await using again = await open(server.url, { token, join: [{ room }] });
    expect(again.told).toMatchObject([{ type: "error", code: "unauthorised" }]);
    const tickets = await fetch(`${server.url}/v1/tickets`, {
      ...{ method: "POST", headers: { authorization: `Bearer ${token}` } },
    });
    expect([tickets.status, await tickets.json()]).toMatchObject([401, { error: { code: "unauthorised" } }]);
    const newer = tokenOf(user, { iat: Math.floor(Date.now() / 1000) + 1 });
    await using back = await open(server.url, { token: newer, join: [{ room }] });
    expect(back.told.map(({ type }) => type)).toContain("joined");
  });
});
