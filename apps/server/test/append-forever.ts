/**
 * A process that appends to a SQLite store until it is killed, and says on its standard output which events were acked:
 * `<room> <id> <offset>` a line, written before anything else happens.
 *
 * node append-forever.ts <data folder> <disk|process> <in flight>
 */
import { writeSync } from "node:fs";

import { JsonText } from "@roomcast/protocol";

import { openSqliteStore } from "../src/logs/sqlite/sqlite-store.ts";
import { NodeClock } from "../src/node-clock.ts";

const [dataDir = "", durability = "disk", inFlight = "1"] = process.argv.slice(2);
const run = String(process.pid);
const clock = new NodeClock();

const store = await openSqliteStore({
  dataDir,
  durability: durability === "process" ? "process" : "disk",
  clock,
  // Few, so that trimming and checkpoints are under way too when the end comes.
  historyEvents: 100,
  onFatal: (sentence) => {
    throw new Error(sentence);
  },
});
if (!store.ok) throw new Error(store.error);
const { log } = store.value;

/** Whole, also where the reader is slow: the pipe does not block. */
function say(line: string): void {
  for (let rest = Buffer.from(line); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

let sent = 0;
const appendNext = (): void => {
  const room = `room-${sent % 3}`;
  const id = `${run}-${sent}`;
  sent += 1;
  const from = { clientId: null, user: run, name: "" };
  const data = JsonText.of({ text: "x".repeat(sent % 500), id });
  log.append({ room, event: "message", data, id, from, time: clock.now() }, (outcome) => {
    if (!outcome.ok) throw new Error(outcome.error.message);
    say(`${room} ${id} ${outcome.value.position.offset}\n`);
    setImmediate(appendNext);
  });
};
for (let index = 0; index < Number(inFlight); index++) appendNext();
