/** Owns the network matrix: members behind bad networks of their own, a server that is never ill, and a day of sunshine in the end. */
import { SeededRandom } from "@roomcast/hub/testing";
import { setTimeout as sleep } from "node:timers/promises";

import { ChaosProxy } from "../harness/chaos-proxy.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import type { Matrix } from "./matrix.ts";
import { MortalServer } from "./mortal-server.ts";
import { drawRoute } from "./network-plan.ts";
import { Stage } from "./stage.ts";
import { Talk } from "./talk.ts";
import { JWT_SECRET } from "./tokens.ts";
import type { RunResult } from "./verdict.ts";

const TURNS = 60;
const MAX_PAUSE_MS = 15;
/** In this share of turns somebody believes that the network has changed, and looks whether the socket still lives. */
const WAKES = 0.05;

export async function openNetworkMatrix(): Promise<Matrix> {
  const server = await openFairServer();
  return {
    parallel: 4,
    run: (seed) => networkRun(server, seed),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A server that nothing happens to; what happens, happens on the way to it. */
export async function openFairServer(host = "127.0.0.1", log = "warn"): Promise<MortalServer> {
  const server = await MortalServer.make({
    HOST: host,
    ROOMCAST_LOG: log,
    ...NO_RATES,
    ROOMCAST_CONNECTIONS_PER_ADDRESS: "0",
    ROOMCAST_HEARTBEAT_MS: "1000",
    ROOMCAST_JWT_SECRET: JWT_SECRET,
    ROOMCAST_GUESTS: "allow",
  });
  await server.boot();
  return server;
}

async function networkRun(server: MortalServer, seed: number): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const rooms = ["red", "green"].map((name) => `network-${seed}-${name}`);
  const stage = new Stage(rooms);
  await using stack = new AsyncDisposableStack();
  const proxies: ChaosProxy[] = [];
  const way = async (): Promise<{ http: string; ws: string }> => {
    const weather = new SeededRandom(random.below(2 ** 31));
    const proxy = stack.use(await ChaosProxy.open(server.port, () => drawRoute(weather)));
    proxies.push(proxy);
    return { http: `http://127.0.0.1:${proxy.port}`, ws: `ws://127.0.0.1:${proxy.port}/v1/ws` };
  };
  const members = [
    stage.sdk((await way()).http, "user-1", { token: true, eager: true }),
    stage.sdk((await way()).http, "user-2", { token: true, eager: true }),
    stage.sdk((await way()).http, "user-3", { token: true, eager: true }),
    stage.bare((await way()).ws, "bare"),
    stage.http((await way()).http, "http"),
  ];
  const talk = new Talk(members, rooms, random);
  for (let turn = 0; turn < TURNS; turn++) {
    talk.turn();
    await sleep(random.below(MAX_PAUSE_MS));
    if (random.fraction() < WAKES) members[random.below(members.length)]?.wake();
  }
  for (const proxy of proxies) proxy.heal();
  stage.wake();
  await stage.back();
  talk.burst();
  await stage.settle(server.http);
  stage.leave();
  for (const { connections } of proxies) stage.verdict.connections += connections;
  return await stage.judge(server.http);
}
