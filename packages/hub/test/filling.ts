/** Owns rooms with something in them, and what members have seen of it. */
import { type Client, type Stage, valueOf } from "./stage.ts";

/** The application publishes so many, under the ids e1, e2 … */
export async function fill(s: Stage, room: string, count: number, first = 1): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => index + first);
  const all = events.map((n) =>
    s.hub.publish({ room, event: "message", data: { text: `${n}` }, id: `e${n}` }),
  );
  for (const one of await Promise.all(all)) valueOf(one);
}

export const offsetsOf = (client: Client): (number | undefined)[] =>
  client
    .seen()
    .flatMap((message) =>
      message.type === "joined" ? message.events : message.type === "event" ? [message] : [],
    )
    .map(({ offset }) => offset);

export const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Of the room "r". */
export const epochOf = async (s: Stage): Promise<string> =>
  valueOf(await s.hub.history(null, "r")).position.epoch;
