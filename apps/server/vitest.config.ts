import { packageTests } from "@roomcast/tooling/vitest";
import { availableParallelism } from "node:os";

// Half of their time the tests of a store wait for the disk.
export default packageTests({ maxWorkers: availableParallelism() });
