/** Owns how tests speak to a room log: drafts with little to say, and promises instead of callbacks. */
import { JsonText, type Refusal } from "@roomcast/protocol";

import type { Appended, Draft, Page, ReadRange, Removed, RoomLog } from "../ports/room-log.ts";

/** The wall clock of a log under test: drafts are of this time, so that none is old. */
export const SUITE_TIME = 1_767_225_600_000;

/** Names that mean something to a JavaScript object, or that are as long as can be. */
export const HOSTILE_ROOMS = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty"],
  ...["x".repeat(128), "a:b.c-d_e"],
] as const;

export const draftOf = (room: string, id: string, rest: Partial<Omit<Draft, "room" | "id">> = {}): Draft => ({
  room,
  id,
  event: "message",
  data: JsonText.of({ text: `data of ${id}` }),
  from: { clientId: "client", user: "guest", name: "Ann" },
  time: SUITE_TIME,
  ...rest,
});

export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.message}`);
    this.refusal = refusal;
  }
}

/** @throws RefusedError */
export async function append(log: RoomLog, draft: Draft): Promise<Appended> {
  return new Promise((resolve, reject) => {
    log.append(draft, (outcome) => {
      if (outcome.ok) resolve(outcome.value);
      else reject(new RefusedError(outcome.error));
    });
  });
}

/** @throws RefusedError */
export async function remove(log: RoomLog, room: string): Promise<Removed> {
  return new Promise((resolve, reject) => {
    log.remove(room, (outcome) => {
      if (outcome.ok) resolve(outcome.value);
      else reject(new RefusedError(outcome.error));
    });
  });
}

/** All in one turn. */
export const appendAll = (log: RoomLog, drafts: readonly Draft[]): Promise<Appended[]> =>
  Promise.all(drafts.map((draft) => append(log, draft)));

export const positionOf = ({ position }: Appended): number => position.offset;

/** @throws RefusedError */
export async function read(log: RoomLog, room: string, range: ReadRange): Promise<Page> {
  const page = await log.read(room, range);
  if (!page.ok) throw new RefusedError(page.error);
  return page.value;
}

export const readAll = (log: RoomLog, rooms: readonly string[]): Promise<Page[]> =>
  Promise.all(rooms.map((room) => read(log, room, { after: 0, limit: 1_000 })));
