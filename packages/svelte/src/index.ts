/** The public surface of @roomcast/svelte, and its only barrel. */
export { createEvents, type EventsOptions, type LiveEvents } from "./events.ts";
export { createRoom, type LiveRoom } from "./room.ts";
export { createStatus, type LiveStatus } from "./status.ts";
