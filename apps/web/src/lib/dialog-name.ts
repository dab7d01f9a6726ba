/** What can be laid over a room, one at a time. */
export type DialogName = "rooms" | "people" | "settings" | "keys" | "switcher" | "search";
