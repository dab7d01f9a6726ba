/** Owns the setting of a test about one room: a client that is in it, and what it told since. */
import type { Member } from "@roomcast/protocol";

import type { RoomOptions, RoomStatus } from "../rooms/room.ts";
import { at, joined } from "./messages.ts";
import { World } from "./world.ts";

export const member = (clientId: string, state = {}): Member => ({
  clientId,
  user: `guest:${clientId}`,
  name: clientId,
  state,
});

/** A client in "general", at offset 0, and what it told since. */
export function inRoom(options: RoomOptions = {}, top = 0) {
  const world = new World();
  const room = world.client.room("general", options);
  const told: string[] = [];
  const statuses: RoomStatus[] = [];
  room.onAny(({ offset, id, replayed }) => told.push(`${offset ?? id}${replayed ? "r" : ""}`));
  room.onGap(({ from, to }) => told.push(`gap ${from}-${to}`));
  room.onJoined(({ replayed }) => told.push(`joined ${replayed}`));
  room.onStatus((status) => statuses.push(status));
  world.greet({}, ({ room: name }) => joined(name, { position: at(top) }));
  told.splice(0);
  statuses.splice(0);
  const { socket } = world;
  return { world, client: world.client, room, socket, statuses, told: () => told.splice(0) };
}
