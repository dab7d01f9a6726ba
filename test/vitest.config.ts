import { packageTests } from "@roomcast/tooling/vitest";
import { availableParallelism } from "node:os";

// Whole servers, browsers and builds take part here: a file waits for them for most of its time, so one more of them fits.
export default packageTests({
  include: ["**/*.test.ts"],
  maxWorkers: availableParallelism() + 1,
  // What waits for something gives up before, and says for what.
  testTimeout: 240_000,
  hookTimeout: 240_000,
});
