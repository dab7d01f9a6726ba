/** The life of a token over every transport that has a session: warned, refreshed in place, and ended. In real time, all side by side. */
import { connect, type OpenSocket, openWith, streamWith } from "@roomcast/client";
import { createServer, type RoomcastServer } from "@roomcast/server";
import { afterAll, beforeAll, expect, it } from "vitest";

import { afterLoss, type Line, LINES } from "../harness/line.ts";
import { JWT_SECRET, tokenOf } from "../harness/tokens.ts";
import { until } from "../harness/until.ts";

let server: RoomcastServer;
beforeAll(async () => {
  server = await createServer({
    ...{ store: "memory", log: "silent", port: 0, host: "127.0.0.1", jwtSecret: JWT_SECRET },
  });
  await server.listen();
});
afterAll(() => server.close());

/** In whole seconds, as tokens have it. */
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const ROOMS = { "*": ["join", "publish", "history"] };
const heard = ({ told }: Line, type: string): boolean => told.some((message) => message.type === type);

it.concurrent.each(Object.entries(LINES))(
  "P-EXPIRING-1 P-SESS-8 T15: by %s it is told before, and closed with 4401 after",
  async (_, open) => {
    await using line = await open(server.url, { token: tokenOf("ada", { exp: inSeconds(8) }) });
    await until("it is warned", () => heard(line, "expiring"));
    expect(line.ended).toBeUndefined();
    expect(line.told.filter(({ type }) => type === "expiring")).toMatchObject([
      { expiresInMs: expect.any(Number) },
    ]);
    await until("it has ended", () => line.ended !== undefined);
    expect(line.ended).toBe(4401);
  },
);

it.concurrent.each(Object.entries(LINES))(
  "P-REFRESH-2 T15: by %s a new token takes its place, and its rights count at once",
  async (_, open) => {
    const rooms = { kept: ["join"], lost: ["join"] };
    const exp = inSeconds(8);
    const join = [{ room: "kept" }, { room: "lost" }];
    await using line = await open(server.url, { token: tokenOf("ada", { exp, rooms }), join });
    const kept = { token: tokenOf("ada", { exp: inSeconds(600), rooms: { kept: ["join", "history"] } }) };
    expect(await line.ask({ type: "refresh", ...kept })).toMatchObject({ time: expect.any(Number) });
    expect(line.told.filter(({ type }) => type === "left")).toMatchObject([
      { room: "lost", reason: "forbidden" },
    ]);
    const { resume, clientId } = line.told.find(({ type }) => type === "welcome")!;
    const again = { ...kept, resume: resume!, join: [{ room: "kept" }] };
    await using back = await afterLoss(line, "kept", () => open(server.url, again));
    expect(back.told.find(({ type }) => type === "welcome")).toMatchObject({ clientId });
    await until("the first token has expired", () => Date.now() > (exp + 1) * 1000);
    await server.rooms.get("lost").publish("message", { text: "not for them" });
    expect(await back.ask({ type: "history", room: "kept" })).toMatchObject({ events: expect.any(Array) });
    expect(await back.ask({ type: "join", room: "lost" })).toMatchObject({ code: "forbidden" });
    expect(back.ended).toBeUndefined();
    expect(JSON.stringify([line.told, back.told])).not.toContain("not for them");
  },
);

/** A way on which nothing answers. */
const blocked: OpenSocket = (_dial, listener) => {
  queueMicrotask(() => listener.closed(1006, "blocked"));
  return { send() {}, close() {} };
};

it.concurrent.each([
  ["ws", { openSocket: openWith(WebSocket) }],
  ["sse", { openSocket: blocked, openStream: streamWith((url, init) => fetch(url, init)) }],
])(
  "C-TOKEN T15: the SDK by %s renews its tokens by itself: same session, same socket, nothing missed",
  async (way, ports) => {
    let asked = 0;
    const token = (): string => {
      asked += 1;
      return tokenOf(`${way}-sdk`, { exp: inSeconds(8), rooms: ROOMS });
    };
    const client = connect(server.url, { token, ports });
    const room = client.room(`sdk.${way}`);
    await until("it has joined", () => room.status.state === "joined");
    const statuses: string[] = [];
    client.onStatus(({ state }) => statuses.push(state));
    const { clientId } = client;
    await until("it has renewed twice", () => asked >= 3);
    const sent = await room.publish("message", { text: "still here" });
    expect([sent.ok, client.clientId, statuses.filter((state) => state === "reconnecting")]).toEqual([
      true,
      clientId,
      [],
    ]);
    client.disconnect();
  },
);
