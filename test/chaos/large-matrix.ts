/** Owns a database of a gigabyte whose server is killed in the middle of its work, and must be ready again soon. */
import { SeededRandom } from "@roomcast/hub/testing";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { NO_RATES } from "../harness/no-rates.ts";
import type { Matrix } from "./matrix.ts";
import { MortalServer } from "./mortal-server.ts";
import { Stage } from "./stage.ts";
import { eventOf, LARGE_ROOM } from "./text.ts";
import { JWT_SECRET } from "./tokens.ts";
import type { RunResult } from "./verdict.ts";

const DATABASE_BYTES = 1024 ** 3;
const EVENT_BYTES = 60_000;
const ROOMS = 8;
const AT_ONCE = 64;
const RUNS = 20;
const READY_WITHIN_MS = 2_000;

export async function openLargeMatrix(): Promise<Matrix> {
  const server = await MortalServer.make({
    ROOMCAST_LOG: "warn",
    ROOMCAST_HISTORY_EVENTS: "1000000",
    ROOMCAST_HISTORY_BYTES: "0",
    ...NO_RATES,
    ROOMCAST_JWT_SECRET: JWT_SECRET,
    ROOMCAST_GUESTS: "allow",
  });
  await server.boot();
  const bytes = (): number => statSync(join(server.dataDir, "roomcast.db")).size;
  await publishUntil(server, () => bytes() >= DATABASE_BYTES);
  console.log(`large: the database has ${Math.round(bytes() / 1024 ** 2)} MiB`);
  return {
    size: RUNS,
    parallel: 1,
    run: (seed) => largeRun(server, seed),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Over plain HTTP, so that nobody reads it all. */
async function publishUntil(server: MortalServer, enough: () => boolean): Promise<void> {
  const data = "x".repeat(EVENT_BYTES);
  const publish = async (room: string): Promise<void> => {
    const answer = await fetch(`${server.http}/v1/rooms/${room}/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ event: eventOf(LARGE_ROOM), data }),
    }).catch(() => undefined);
    await answer?.arrayBuffer();
  };
  const work = async (index: number): Promise<void> => {
    while (server.alive && !enough()) await publish(`large-${index % ROOMS}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(index)));
}

/** Killed under load, with a write-ahead log that is not empty; beside it a room whose history is checked. */
async function largeRun(server: MortalServer, seed: number): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const room = `checked-${seed}`;
  const stage = new Stage([room]);
  const member = stage.sdk(server.http, "user-1", { token: true, eager: true });
  await stage.until("it is in", () => member.present);
  const load = publishUntil(server, () => false);
  const endsAt = performance.now() + 200 + random.below(800);
  for (let said = 0; performance.now() < endsAt; said++) {
    member.publish({ id: `large-${said}`, room, echo: true, padding: 0 });
    await sleep(random.below(20));
  }
  server.signal("SIGKILL");
  await Promise.all([server.ended(), load]);
  stage.verdict.kills += 1;
  const readyMs = (await server.boot()) ?? Infinity;
  stage.verdict.readyMs.push(readyMs);
  if (readyMs > READY_WITHIN_MS) stage.verdict.faults.push(`ready after ${Math.round(readyMs)} ms`);
  stage.wake();
  await stage.back();
  await stage.settle(server.http);
  stage.leave();
  return stage.judge(server.http);
}
