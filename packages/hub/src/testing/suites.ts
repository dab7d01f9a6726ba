/** What every log and every store of sessions and of sanctions must pass, as vitest suites. */
export { describeRoomLog, type Kept, type RoomLogSuite } from "./room-log-suite.ts";
export { describeSanctionStore, type SanctionStoreSuite } from "./sanction-store-suite.ts";
export { describeSessionStore, type SessionStoreSuite } from "./session-store-suite.ts";
