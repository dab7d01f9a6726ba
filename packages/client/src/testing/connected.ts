/** Owns the setting of a test about a connection: a client that has one, and what it told since. */

import type { Attempt, Status } from "../connection/status.ts";
import { joined, welcome } from "./messages.ts";
import { World } from "./world.ts";

export const HEARTBEAT_MS = welcome().heartbeatMs;

/** A connected world without rooms, and what its client has said since. */
export function connected(options: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World(options);
  world.greet();
  const statuses: Status[] = [];
  const attempts: Attempt[] = [];
  world.client.onStatus((status) => statuses.push(status));
  world.client.onAttempt((attempt) => attempts.push(attempt));
  return { world, client: world.client, statuses, attempts };
}

/** The answer to the join that was asked for last. */
export const answered = ({ socket }: Pick<World, "socket">, fields: Parameters<typeof joined>[1] = {}) => {
  const { id, room } = socket.last("join");
  return joined(room, { id, ...fields });
};
