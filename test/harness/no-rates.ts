/** Owns the settings of a server that lets everybody send as much as they like: for tests of something else. */
export const NO_RATES = {
  ROOMCAST_REQUESTS_PER_SECOND: "0",
  ROOMCAST_MESSAGES_PER_SECOND: "0",
  ROOMCAST_BYTES_PER_SECOND: "0",
  ROOMCAST_USER_MESSAGES_PER_SECOND: "0",
  ROOMCAST_USER_BYTES_PER_SECOND: "0",
  ROOMCAST_JOINS_PER_SECOND: "0",
  ROOMCAST_HISTORY_READS_PER_SECOND: "0",
} as const;
