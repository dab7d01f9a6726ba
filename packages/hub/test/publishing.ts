/** Owns publishes as a client says them, and what comes of them in short. */
import type { Down } from "@roomcast/protocol";

import type { Client, Stage } from "./stage.ts";

export const publish = (id: string, rest: object = {}): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
  ...rest,
});

/** What a client got, as short as it can be read: events by id, acks as "id!", errors as "id?code". */
export const short = (messages: readonly Down[]): string[] =>
  messages.flatMap((message) => {
    if (message.type === "event") return message.id;
    if (message.type === "ack") return `${message.id}!`;
    if (message.type === "error") return `${message.id ?? ""}?${message.code}`;
    return message.type === "presence" ? [] : message.type;
  });

export const offsets = (messages: readonly Down[]): number[] =>
  messages.flatMap((message) =>
    message.type === "event" ? message.offset! : message.type === "ack" ? message.position!.offset : [],
  );

export async function three(
  s: Stage,
): Promise<[Client & { id: string }, Client & { id: string }, Client & { id: string }]> {
  const members = [await s.enter(), await s.enter(), await s.enter()] as const;
  await s.pass(1000);
  for (const member of members) member.take();
  return [...members];
}
