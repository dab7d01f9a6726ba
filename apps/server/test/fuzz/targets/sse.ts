/** Blocks of an event stream, against a parser of the HTML standard; and batches of lines, by a hub that must answer them. */
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { eventBlock } from "../../../src/adapters/sse/event-block.ts";
import { VirtualSocket } from "../../../src/adapters/sse/virtual-socket.ts";
import { NodeClock } from "../../../src/node-clock.ts";
import { anyFrame } from "../mutate.ts";
import { FuzzedHub } from "../fuzzed-hub.ts";
import { Disagreement, type Target } from "../target.ts";

const clock = new NodeClock();

export function sse(): Target {
  const fuzzed = new FuzzedHub();
  return {
    make: (chance) =>
      Buffer.from(Array.from({ length: 1 + chance.below(3) }, () => anyFrame(chance)).join("\n")),
    async take(input) {
      const text = input.toString();
      sameEvent(text);
      const connection = fuzzed.connection();
      const stream = Object.assign(connection, {
        listen: () => undefined,
        end: () => undefined,
        cut: () => undefined,
      });
      const inbox = fuzzed.hub.accept(connection);
      const socket = new VirtualSocket(clock, stream as never, inbox);
      socket.take(1, ['{"type":"hello","protocol":1}']);
      socket.take(2, text.split("\n"));
      return fuzzed.answers(connection, () => {
        socket.leave(1000);
        inbox.gone();
      });
    },
    close: () => fuzzed.close(),
  };
}

/** What goes into a block comes out of it, but for what no field can hold. */
function sameEvent(text: string): void {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  parser.feed(eventBlock({ id: text, event: text, data: text }));
  const line = text.replaceAll(/[\r\n\0]/g, "");
  const data = text.replaceAll(/\r\n|\r/g, "\n");
  const [event, ...more] = events;
  const isSame = event?.data === data && (event.event ?? "") === line && (event.id ?? "") === line;
  if (!isSame || more.length > 0) throw new Disagreement("an event", { line, data }, events);
}
