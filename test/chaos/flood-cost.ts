/**
 * What one client at a thousand times its allowance costs an honest one: the delivery of an honest client's events, with the attacker
 * and without, turn by turn on one server with its default limits. `pnpm flood [--turns 10] [--seconds 5]`
 */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { BareClient } from "../harness/bare-client.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { percentile } from "./verdict.ts";

const FLOODER = fileURLToPath(new URL("flooder.ts", import.meta.url));
/** Of the default. */
const ALLOWANCE_PER_SECOND = 50;
const TIMES = 1_000;
/** Well within it. */
const EVERY_MS = 25;
const WARM_UP_MS = 500;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: { turns: { type: "string", default: "10" }, seconds: { type: "string", default: "5" } },
});
const [turns, seconds] = [Number(values.turns), Number(values.seconds)];

await using server = await ServerProcess.start({ ROOMCAST_LOG: "error" });
const room = { join: [{ room: "honest" }] };
const [speaker, listener] = [await BareClient.join(server.ws, room), await BareClient.join(server.ws, room)];
const sentAtMs = new Map<string, number>();
let deliveriesMs: number[] = [];
listener.socket.on("message", (data: Buffer) => {
  const id = /"id":"(honest-\d+)"/.exec(data.toString())?.[1];
  const sent = id === undefined ? undefined : sentAtMs.get(id);
  if (sent !== undefined) deliveriesMs.push(performance.now() - sent);
});

let published = 0;
async function turn(): Promise<number> {
  await sleep(WARM_UP_MS);
  deliveriesMs = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const id = `honest-${(published += 1)}`;
    sentAtMs.set(id, performance.now());
    speaker.say({ type: "publish", id, room: "honest", event: "message", data: { text: "x" } });
    await sleep(EVERY_MS);
  }
  return percentile(deliveriesMs, 0.99);
}

async function attacked(): Promise<number> {
  const args = ["--conditions=@roomcast/source", FLOODER, String(server.port)];
  const attacker = spawn(process.execPath, [...args, String(ALLOWANCE_PER_SECOND * TIMES)], {
    stdio: "inherit",
  });
  try {
    return await turn();
  } finally {
    attacker.kill("SIGKILL");
  }
}

const ratios: number[] = [];
for (let index = 0; index < turns; index += 1) {
  // Which comes first changes, so that what goes on beside it favours neither.
  const [first, second] = index % 2 === 0 ? [turn, attacked] : [attacked, turn];
  const [a, b] = [await first(), await second()];
  const [alone, beside] = index % 2 === 0 ? [a, b] : [b, a];
  ratios.push(beside / alone);
  console.log(
    `p99 alone ${alone.toFixed(2)} ms, beside the attacker ${beside.toFixed(2)} ms: ${(beside / alone).toFixed(2)}`,
  );
}
const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? NaN;
console.log(`median of ${turns} ratios: ${median.toFixed(2)}; published ${published}`);
await Promise.all([speaker.close(), listener.close()]);
process.exitCode = median < 1.2 ? 0 : 1;
