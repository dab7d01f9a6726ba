/** A house full of people and a server that is started anew: everybody is back soon, not all at once, and has missed nothing. */
import { type Client, connect } from "@roomcast/client";
import { events, type Events } from "@roomcast/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

const CLIENTS = 100;
const ROOMS = Array.from({ length: 10 }, (_, index) => `house-${index}`);
/** After the server is ready again. */
const ALL_BACK_MS = 5_000;
const WINDOW_MS = 100;

/** One client in all the rooms, and all that it was told of them. */
class Guest {
  readonly client: Client<Events>;
  readonly heard = new Map<string, string[]>(ROOMS.map((room) => [room, []]));
  readonly gaps: string[] = [];
  /** For when it has set its last attempt: what comes of that is the machine's, too. */
  plannedAt = 0;

  constructor(url: string, name: string) {
    this.client = connect(url, { contract: events, name });
    this.client.onStatus((status) => {
      if (status.state === "reconnecting") this.plannedAt = status.retryAt ?? this.plannedAt;
    });
    for (const name of ROOMS) {
      const room = this.client.room(name);
      room.on("message", ({ data }) => this.heard.get(name)?.push(data.text));
      room.onGap(({ reason }) => this.gaps.push(`${name} ${reason}`));
    }
  }

  get isIn(): boolean {
    return (
      this.client.status.state === "connected" &&
      this.client.rooms.every(({ status }) => status.state === "joined")
    );
  }
}

describe("a restart", () => {
  let server: ServerProcess;
  let guests: Guest[] = [];
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(async () => {
    for (const { client } of guests) client.disconnect();
    await server[Symbol.asyncDispose]();
  });

  const allIn = (): Promise<void> => until("everybody is in", () => guests.every(({ isIn }) => isIn));
  /** By as many as there are rooms, a text for each room. */
  const say = (text: string): Promise<unknown> =>
    Promise.all(
      ROOMS.map((room, index) =>
        guests[index]!.client.room(room).publish("message", { text: `${text} in ${room}` }),
      ),
    );

  it.each([
    { how: "stopped", end: () => server.stop() },
    { how: "killed", end: () => server.kill() },
  ])(
    `C-JITTER S1 S2 S3: ${CLIENTS} clients in ${ROOMS.length} rooms are back within ${ALL_BACK_MS} ms of a server that was $how, spread, and without a gap`,
    async ({ end, how }) => {
      for (const { client } of guests) client.disconnect();
      guests = Array.from({ length: CLIENTS }, (_, index) => new Guest(server.http, `Guest ${index}`));
      await allIn();
      const ids = guests.map(({ client }) => client.clientId);
      await say(`before it was ${how}`);
      await end();
      await until("everybody knows", () => guests.every(({ isIn }) => !isIn));
      const meanwhile = say(`while it was ${how}`);
      await server.boot();
      const readyAt = performance.now();
      await allIn();
      const backMs = performance.now() - readyAt;
      await meanwhile;
      await say(`after it was ${how}`);
      const texts = ["before", "while", "after"];
      await until("everybody has heard all", () =>
        guests.every(({ heard }) =>
          [...heard.values()].every((said) => said.at(-1)?.startsWith(`after it was ${how}`)),
        ),
      );
      for (const { heard, gaps } of guests) {
        expect(gaps).toEqual([]);
        for (const [room, said] of heard)
          expect(said.slice(-3)).toEqual(texts.map((when) => `${when} it was ${how} in ${room}`));
      }
      expect(guests.map(({ client }) => client.clientId)).toEqual(ids);
      const at = guests.map(({ plannedAt }) => plannedAt).sort((a, b) => a - b);
      const busiest = Math.max(
        ...at.map((from) => at.filter((one) => one >= from && one < from + WINDOW_MS).length),
      );
      console.log(
        `${how}: all ${CLIENTS} back ${Math.round(backMs)} ms after the server was ready, attempts over ` +
          `${Math.round((at.at(-1) ?? 0) - (at[0] ?? 0))} ms, at most ${busiest} within ${WINDOW_MS} ms`,
      );
      expect(backMs).toBeLessThan(ALL_BACK_MS);
      expect(busiest).toBeLessThan(CLIENTS / 2);
    },
  );
});
