/** Publishes prices as ticks, over plain HTTP: node main.ts [--url …] [--room ticker] [--rate ticks per second] [--count …]. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: `http://127.0.0.1:${process.env["PORT"] ?? "3000"}` },
    room: { type: "string", default: "ticker" },
    rate: { type: "string", default: "2" },
    count: { type: "string", default: "Infinity" },
  },
});
const target = `${values.url}/v1/rooms/${values.room}/events`;
const everyMs = 1000 / Number(values.rate);
const count = Number(values.count);
if (!(everyMs > 0 && everyMs < Infinity))
  throw new Error(`--rate must be ticks per second, not ${values.rate}`);

/** Of shares that nobody can buy. */
const prices = new Map([
  ["RMC", 120],
  ["ACME", 64.5],
  ["NOVA", 312],
  ["PIKO", 8.4],
]);

/** A random walk of at most one percent a step. */
function nextPrice(price: number): number {
  return Math.max(0.01, Number((price * (0.99 + Math.random() * 0.02)).toFixed(2)));
}

/** The key makes a repetition harmless: what was kept before the answer got lost is not published twice. */
async function publish(symbol: string, price: number): Promise<void> {
  const id = crypto.randomUUID();
  const body = JSON.stringify({ event: "tick", data: { symbol, price, time: Date.now() }, name: "Ticker" });
  const headers = { "content-type": "application/json", "idempotency-key": id };
  for (;;) {
    const answer = await fetch(target, { method: "POST", headers, body }).catch(() => undefined);
    if (answer?.ok === true) return;
    const again = answer === undefined || answer.status === 503 || answer.status === 429;
    if (!again) {
      console.error(`The server takes no prices: ${answer.status} ${await answer.text()}`);
      process.exit(1);
    }
    await sleep(Number(answer?.headers.get("retry-after") ?? 1) * 1000);
  }
}

for (let ticks = 0; ticks < count;) {
  for (const [symbol, price] of prices) {
    if (ticks >= count) break;
    const since = performance.now();
    prices.set(symbol, nextPrice(price));
    await publish(symbol, prices.get(symbol) ?? price);
    ticks += 1;
    await sleep(Math.max(0, everyMs - (performance.now() - since)));
  }
}
