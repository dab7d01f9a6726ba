/** What every log and every session store must pass, as vitest suites. */
export { describeRoomLog, type RoomLogSuite } from "./room-log-suite.ts";
export { describeSessionStore, type SessionStoreSuite } from "./session-store-suite.ts";
