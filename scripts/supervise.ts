/**
 * `node scripts/supervise.ts command …`, started in a session of its own: runs the command for as long as its standard
 * input is open, then ends it and all that it has started. So nothing is left even when its user is killed.
 */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOfSession } from "./processes.ts";

/** How long the command and its descendants may take to end before they are killed. */
const graceMs = 5_000;

const [program = "", ...words] = process.argv.slice(2);
const child = spawn(program, words, { stdio: ["ignore", "inherit", "inherit"] });
child.on("error", (error) => {
  console.error(`${program} did not start: ${error.message}.`);
  process.exit(1);
});
child.on("exit", () => void end());
process.stdin.on("end", () => void end()).resume();

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  child.kill("SIGTERM");
  const deadline = performance.now() + graceMs;
  while (left().length > 0 && performance.now() < deadline) await sleep(50);
  for (const pid of left()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has just ended by itself.
    }
  }
  process.exit(child.exitCode ?? 0);
}

function left(): number[] {
  const running =
    child.exitCode === null && child.signalCode === null && child.pid !== undefined ? [child.pid] : [];
  return [...new Set([...running, ...processesOfSession(process.pid)])].filter((pid) => pid !== process.pid);
}
