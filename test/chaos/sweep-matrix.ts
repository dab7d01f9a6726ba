/**
 * Owns the sweeps: the same short conversation again and again, its first connection cut (by a reset, by an orderly end)
 * or stalled for ever after each byte in turn, upwards and downwards. So every place within every frame has been the last.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { ChaosProxy, FAIR, type Route } from "../harness/chaos-proxy.ts";
import type { Matrix } from "./matrix.ts";
import type { MortalServer } from "./mortal-server.ts";
import { openFairServer } from "./network-matrix.ts";
import { Stage } from "./stage.ts";
import type { RunResult } from "./verdict.ts";

/** Nothing is under way any more. */
const QUIET_MS = 300;

type Way = (bytes: number) => Route;

const CUTS: readonly Way[] = [
  (cutAfterBytes) => ({ up: { cutAfterBytes, cutBy: "reset" }, down: {} }),
  (cutAfterBytes) => ({ up: {}, down: { cutAfterBytes, cutBy: "reset" } }),
  (cutAfterBytes) => ({ up: { cutAfterBytes, cutBy: "end" }, down: {} }),
  (cutAfterBytes) => ({ up: {}, down: { cutAfterBytes, cutBy: "end" } }),
];
const STALLS: readonly Way[] = [
  (stallAfterBytes) => ({ up: { stallAfterBytes }, down: {} }),
  (stallAfterBytes) => ({ up: {}, down: { stallAfterBytes } }),
];

export const openSweepMatrix = (): Promise<Matrix> => openOver("sweep", CUTS, 4);

/** Nobody is told, so each run waits for a time-out: many can wait together. */
export const openStallMatrix = (): Promise<Matrix> => openOver("stall", STALLS, 150);

async function openOver(name: string, ways: readonly Way[], parallel: number): Promise<Matrix> {
  const server = await openFairServer();
  const { up, down } = await rehearse(server);
  return {
    size: Math.max(up, down) * ways.length,
    parallel,
    run: (seed) => {
      const route = ways[seed % ways.length]?.(Math.floor(seed / ways.length)) ?? FAIR;
      return converse(server, `${name}-${seed}`, route);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** How many bytes go each way when nothing happens. */
async function rehearse(server: MortalServer): Promise<{ up: number; down: number }> {
  const passed = { up: 0, down: 0 };
  await converse(server, "sweep-rehearsal", FAIR, passed);
  return passed;
}

/** Ada, whose first connection is bad, and Bob, whose is good, both say something that they want back and something that not. */
async function converse(
  server: MortalServer,
  room: string,
  route: Route,
  passed?: { up: number; down: number },
): Promise<RunResult> {
  const stage = new Stage([room]);
  await using proxy = await ChaosProxy.open(server.port, (connection) => (connection === 0 ? route : FAIR));
  const ada = stage.sdk(`http://127.0.0.1:${proxy.port}`, "ada", { token: true, eager: true });
  const bob = stage.sdk(server.http, "bob", { token: true, eager: true });
  const say = (member: typeof ada, id: string, echo: boolean): void =>
    member.publish({ id, room, echo, padding: 10 });
  say(ada, "ada-1", true);
  say(ada, "ada-2", false);
  say(bob, "bob-1", true);
  await stage.back();
  await stage.until("all was said once", () => ada.pending + bob.pending === 0);
  say(bob, "bob-2", true);
  say(ada, "ada-3", true);
  await stage.settle(server.http);
  if (passed !== undefined) {
    await sleep(QUIET_MS);
    Object.assign(passed, proxy.passed);
  }
  stage.leave();
  stage.verdict.connections = proxy.connections;
  return await stage.judge(server.http);
}
