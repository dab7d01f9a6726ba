/**
 * Loaded into the server's process before its program: on SIGUSR2 it collects garbage and says, as a line of the log, what is
 * left, and whether anybody has put something on the prototype of all objects. Changes nothing that the server does.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const own = Object.getOwnPropertyNames(Object.prototype).length;

process.on("SIGUSR2", () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const added = Object.getOwnPropertyNames(Object.prototype).slice(own);
  process.stdout.write(`${JSON.stringify({ msg: "memory", bytes: heapUsed + external, added })}\n`);
});
