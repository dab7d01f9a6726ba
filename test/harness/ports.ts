/**
 * Owns free ports for programs that are told theirs. The system hands those from 32768 on to whoever wants any, also between this
 * look and the start of the program; below nobody comes by chance, and test files run side by side.
 */
import { once } from "node:events";
import { createServer } from "node:net";

/** Above the ports that browsers refuse. */
const LOWEST = 12_000;
const HIGHEST = 32_000;

export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch {
    return false;
  }
  probe.close();
  await once(probe, "close");
  return true;
}
