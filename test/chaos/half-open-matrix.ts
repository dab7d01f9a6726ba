/**
 * Owns peers that are gone without a word, for real: a member in a network namespace of its own, whose link to the server
 * breaks so that not even its kernel can answer. Wants Linux, `ip` and the rights of root.
 */
import { SeededRandom } from "@roomcast/hub/testing";
import { setTimeout as sleep } from "node:timers/promises";

import { FAULTS, NetworkNamespace } from "../harness/network-namespace.ts";
import type { Matrix } from "./matrix.ts";
import type { MortalServer } from "./mortal-server.ts";
import { openFairServer } from "./network-matrix.ts";
import { RemoteMember } from "./remote-member.ts";
import { Stage } from "./stage.ts";
import type { RunResult } from "./verdict.ts";

/** Of the server's heartbeat and its wait for the pong, with something for a busy machine. */
const GONE_WITHIN_MS = 1_000 + 8_000 + 1_500;
const EVENTS = 20;

/** @throws Unavailable where the machine does not allow it. */
export async function openHalfOpenMatrix(): Promise<Matrix> {
  NetworkNamespace.check();
  const server = await openFairServer("0.0.0.0", "info");
  return {
    size: FAULTS.length,
    parallel: FAULTS.length,
    run: (seed) => halfOpenRun(server, seed),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function halfOpenRun(server: MortalServer, seed: number): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const room = `half-open-${seed}`;
  const name = `remote-${seed}`;
  using namespace = new NetworkNamespace(seed);
  const stage = new Stage([room]);
  const local = stage.sdk(server.http, "local", { token: true, eager: true });
  const remote = stage.remote(
    (scene) => new RemoteMember(namespace, { url: namespace.urlOf(server.port), name, ...scene }),
  );
  const say = (member: typeof local | typeof remote, id: string): void =>
    member.publish({ id, room, echo: random.fraction() < 0.5, padding: 0 });
  await stage.until("both are in", () => stage.members.every(({ present }) => present));

  namespace.break(FAULTS[seed % FAULTS.length] ?? "server's end down");
  const brokenAt = performance.now();
  for (let index = 0; index < EVENTS; index++) {
    say(local, `local-${index}`);
    say(remote, `remote-${index}`);
    await sleep(random.below(40));
  }
  const isGone = (): boolean => server.log.some(({ msg, user }) => msg === "client closed" && user === name);
  await stage.until("the server has noticed", isGone);
  const goneMs = performance.now() - brokenAt;
  if (goneMs > GONE_WITHIN_MS) stage.verdict.faults.push(`the server noticed after ${Math.round(goneMs)} ms`);

  namespace.mend();
  stage.wake();
  await stage.back();
  say(local, "local-last");
  await stage.settle(server.http);
  stage.leave();
  return await stage.judge(server.http);
}
