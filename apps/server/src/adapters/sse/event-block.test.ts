import { createParser, type EventSourceMessage } from "eventsource-parser";
import { expect, it } from "vitest";

import { comment, eventBlock } from "./event-block.ts";

function parsed(text: string): { events: EventSourceMessage[]; comments: string[] } {
  const [events, comments]: [EventSourceMessage[], string[]] = [[], []];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (said) => comments.push(said),
  });
  parser.feed(text);
  return { events, comments };
}

it.each([
  ["a\nb", "a\nb"],
  ["a\rb", "a\nb"],
  ["a\r\nb", "a\nb"],
  ["\n\ndata: forged\n\n", "\n\ndata: forged\n\n"],
  ["a\u2028b\0c", "a\u2028b\0c"],
])("T24: data with line ends is one event, and whole: %j", (data, read) => {
  const { events } = parsed(eventBlock({ id: "1", event: "x", data }) + eventBlock({ data: "next" }));
  expect(events.map((event) => event.data)).toEqual([read, "next"]);
});

it("T24: an id, a name and a comment cannot end their line", () => {
  const nasty = "a\nb\rc\r\nd\0e";
  const { events, comments } = parsed(eventBlock({ id: nasty, event: nasty, data: "1" }) + comment(nasty));
  expect(events).toEqual([{ id: "abcde", event: "abcde", data: "1" }]);
  expect(comments).toEqual(["abcde"]);
});
