/** Follows the ticks of a room, each with how the price has moved: node read.ts [url] [room]. */
import { connect } from "@roomcast/client";
import { events } from "@roomcast/protocol";

const [url = `http://127.0.0.1:${process.env["PORT"] ?? "3000"}`, name = "ticker"] = process.argv.slice(2);

const client = connect(url, { contract: events, name: "Reader" });
client.onStatus(({ state }) => {
  console.log(`* ${state}`);
});

const last = new Map<string, number>();
const room = client.room(name, { history: 20 });
room.on("tick", ({ offset, data: { symbol, price } }) => {
  const moved = Math.sign(price - (last.get(symbol) ?? price));
  last.set(symbol, price);
  console.log(`${offset ?? "-"} ${symbol} ${price.toFixed(2)} ${["down", "same", "up"][moved + 1] ?? ""}`);
});
room.onGap(({ from, to, reason }) => {
  console.log(`* missing: ${from ?? "?"} to ${to ?? "?"}: ${reason}`);
});
