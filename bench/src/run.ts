/** Owns one run: a fresh server, a fresh load, one scenario, one set of figures. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { Figures } from "./figures.ts";
import type { Job, Report } from "./load/job.ts";
import { PeerProcess } from "./peers/peer-process.ts";
import type { Peer } from "./peers/peers.ts";
import { LOAD_CORE, pinned } from "./peers/pinned.ts";
import type { Scenario } from "./scenarios.ts";

const LOAD = fileURLToPath(new URL("./load/main.ts", import.meta.url));
const LIMIT_MS = 300_000;

/** @returns undefined when this peer cannot be had here. */
export async function run(scenario: Scenario, peer: Peer): Promise<Figures | undefined> {
  await using server = await PeerProcess.start(peer, scenario.pauses === true);
  if (server === undefined) return undefined;
  const { port, pids } = server;
  const { program, args } = pinned(LOAD_CORE, { program: process.execPath, args: [LOAD] });
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  try {
    const figures = await measured(child, { port, pids, dialect: peer.dialect, load: scenario.load }, () => {
      server.beginPauses();
    });
    return { ...figures, ...(await server.pauses()) };
  } finally {
    // Only now are its clients to go: a thousand who leave at once are a pause too.
    if (child.connected) child.disconnect();
  }
}

async function measured(child: ChildProcess, job: Job, onMeasuring: () => void): Promise<Figures> {
  const { promise, resolve, reject } = Promise.withResolvers<Figures>();
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  child.on("message", (message) => {
    const report = message as Report;
    if (report.kind === "measuring") onMeasuring();
    else if (report.kind === "measured") resolve(report.figures);
    else reject(new Error(report.reason));
  });
  child.on("exit", (code, signal) => {
    clearTimeout(limit);
    reject(new Error(`the load ended with ${code ?? signal}`));
  });
  child.send(job);
  return promise;
}
