/** Chat in a terminal: node main.ts [url] [room] [name]. What is typed is sent, what others say is printed. */
import { connect } from "@roomcast/client";
import { events } from "@roomcast/protocol";
import { createInterface } from "node:readline";

const [url = "http://127.0.0.1:3000", name = "general", who = "somebody"] = process.argv.slice(2);

const client = connect(url, { contract: events, name: who });
client.onStatus(({ state }) => {
  console.log(`* ${state}`);
});

const room = client.room(name, { history: 10 });
room.on("message", ({ from, data }) => {
  console.log(`${from.name || from.user}: ${data.text}`);
});
room.onGap(({ reason }) => {
  console.log(`* something is missing here: ${reason}`);
});

for await (const text of createInterface({ input: process.stdin })) {
  if (text === "") continue;
  const sent = await room.publish("message", { text });
  if (!sent.ok) console.log(`* not sent: ${sent.message}`);
}
client.disconnect();
