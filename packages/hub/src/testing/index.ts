/** What a log, a store or an adapter must pass, and what a test needs to hold time, chance and sockets in its hand. */
export { FakeConnection, textFormat } from "./fake-connection.ts";
export { HeldLog } from "./held-log.ts";
export { ManualClock } from "./manual-clock.ts";
export { expectNothingLeft } from "./nothing-left.ts";
export { SeededRandom } from "./seeded-random.ts";
