/** Owns waiting for what another process does: asks again and again, and says what it waited for when it gives up. */

const PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 10;

/** @param what a function where it can tell, at the end, how far things have come. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) {
      throw new Error(`waited ${PATIENCE_MS} ms in vain until ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
