/** Owns how a room is told to a reader: an event is one under its own name, what is missing is a `gap`, the rest is silence. */
import type { Format, Reached } from "@roomcast/hub";
import { type Down, encodeDown, type Gap, type Joined, type Position } from "@roomcast/protocol";

import { eventBlock } from "./event-block.ts";

/** A reader that comes back says where it was. */
const cursorOf = ({ epoch, offset }: Position): string => `${encodeURIComponent(epoch)}:${offset}`;

/** undefined when it is no cursor of ours. */
export function positionOf(cursor: string): Position | undefined {
  const [, epoch, offset] = /^([^:]{1,256}):(\d{1,16})$/.exec(cursor) ?? [];
  if (epoch === undefined) return undefined;
  try {
    return { epoch: decodeURIComponent(epoch), offset: Number(offset) };
  } catch {
    return undefined;
  }
}

/** One object for all streams of rooms: the hub encodes once per format. */
export const roomFormat: Format = {
  name: "sse-room",
  encode: (message, at) => Buffer.from(textOf(message, at)),
  join: (frames) => Buffer.concat(frames),
};

function textOf(message: Down, at: Reached | undefined): string {
  switch (message.type) {
    case "event": {
      const { event } = message;
      const { epoch, offset } = at ?? {};
      const id = epoch !== undefined && offset !== undefined && { id: cursorOf({ epoch, offset }) };
      return eventBlock({ ...id, event, data: encodeDown(message) });
    }
    case "gap":
      return gapBlock(message, startOf({ position: message.position, events: [], gap: message }));
    case "joined":
      return pageText(message);
    case "drain":
      return eventBlock({ event: "drain", data: encodeDown(message), retryMs: message.reconnectAfterMs });
    // A reader is no member: of those it hears nothing, and nothing answers it.
    default:
      return "";
  }
}

function pageText(page: Joined): string {
  const { room, position, events, gap } = page;
  const { epoch } = position;
  const start = startOf(page);
  // An id without data: whoever loses the stream before the first event comes back to here.
  const opening =
    gap === undefined ? eventBlock({ id: cursorOf(start) }) : gapBlock({ type: "gap", room, ...gap }, start);
  return (
    opening + events.map((event) => textOf(event, { epoch, offset: event.offset ?? start.offset })).join("")
  );
}

/** Where a reader is before the events of a page: behind a gap whose end is known, before the first, or at the top. */
function startOf({ position, events, gap }: Pick<Joined, "position" | "events" | "gap">): Position {
  const { epoch } = position;
  if (gap !== undefined && gap.to !== null && gap.to <= position.offset) return { epoch, offset: gap.to };
  const first = events[0]?.offset;
  return first === undefined ? position : { epoch, offset: first - 1 };
}

const gapBlock = (gap: Gap, after: Position): string =>
  eventBlock({ id: cursorOf(after), event: "gap", data: encodeDown(gap) });
