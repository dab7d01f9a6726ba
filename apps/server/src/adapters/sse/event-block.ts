/** Owns how an event looks in a stream of `text/event-stream`: no field can end its line or its block early. */

export interface EventFields {
  /** What a browser sends back as `Last-Event-ID`. */
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  /** How long a browser waits before it comes back. */
  readonly retryMs?: number;
}

/** Without `data` it sets the id or the wait, and nobody is told of an event. */
export function eventBlock({ id, event, data, retryMs }: EventFields): string {
  return (
    (retryMs === undefined ? "" : `retry: ${retryMs}\n`) +
    (id === undefined ? "" : `id: ${oneLine(id)}\n`) +
    (event === undefined ? "" : `event: ${oneLine(event)}\n`) +
    (data === undefined ? "" : `data: ${data.replaceAll(LINE_END, "\ndata: ")}\n`) +
    "\n"
  );
}

/** What no program is told of; people see it, and proxies see a stream that lives. */
export const comment = (text: string): string => `: ${oneLine(text)}\n\n`;

const LINE_END = /\r\n|\r|\n/g;

/** A NUL makes a browser ignore an id. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, "");
