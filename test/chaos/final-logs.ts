/** Owns reading what a server has in the end, by plain HTTP. */
import type { FinalEvent, FinalLog } from "@roomcast/hub/testing";
import type { EventMessage, Position } from "@roomcast/protocol";

import { idWithin } from "./text.ts";

interface Page {
  readonly events: readonly EventMessage[];
  readonly position: Position;
  readonly more: boolean;
}

export async function readFinalLogs(url: string, rooms: readonly string[]): Promise<FinalLog[]> {
  return Promise.all(rooms.map((room) => readFinalLog(url, room)));
}

async function readFinalLog(url: string, room: string): Promise<FinalLog> {
  const events: FinalEvent[] = [];
  for (let after = 0; ; after = events.at(-1)?.offset ?? after) {
    const answer = await fetch(`${url}/v1/rooms/${room}/events?after=${after}&limit=300`);
    if (!answer.ok)
      throw new Error(`the history of ${room} cannot be read: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as Page;
    const [first] = page.events;
    // Trimmed between two pages: they are not of one log.
    if (events.length > 0 && first?.offset !== after + 1) events.length = 0;
    for (const { offset = 0, from, id, data } of page.events)
      events.push({ offset, sender: from.user, id: idWithin(id, data) });
    if (page.more) continue;
    const { epoch, offset: top } = page.position;
    return { room, epoch, top, floor: (events[0]?.offset ?? top + 1) - 1, events };
  }
}
