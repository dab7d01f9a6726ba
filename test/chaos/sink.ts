/** A sink in a process of its own. */
import { createServer } from "node:net";

import { type SinkName, SINKS } from "./sinks.ts";

const [name, port] = process.argv.slice(2) as [SinkName, string];
createServer({ pauseOnConnect: true }, (socket) => {
  SINKS[name](socket.on("error", () => undefined));
}).listen(Number(port), "127.0.0.1");
