/** What somebody loses is dropped wherever it may still be on its way, however long the conversation has been over. */
import { expect, test } from "vitest";

import { act, begin, enter, policy } from "../../test/moderating.ts";
import type { Client } from "../../test/stage.ts";
import { FakeConnection } from "../testing/fake-connection.ts";
import { type CarriedRooms, type Carrier, withRoom } from "./carriers.ts";

const OVER: Readonly<Record<string, (client: Client) => unknown>> = {
  "has left the room": (client) => client.ask({ type: "leave", id: "l", room: "r" }),
  "has said goodbye": (client) => client.over(1000),
  "was cut": (client) => client.over(1006),
  "was too slow": (client) => {
    client.connection.bufferedBytes = 2 ** 30;
    client.say({ type: "ping" });
  },
};

test.each(Object.entries(OVER))(
  "R-EXPEL P-MAY-5: who %s, and holds a socket with what was said there, gets no more of it after a ban",
  async (_, over) => {
    const s = begin();
    const client = await enter(s, "mallory", "r");
    await over(client);
    for (const [user, room, drops] of [
      ["ada", "r", 0],
      ["mallory", "p", 0],
      ["mallory", "r", 1],
    ] as const) {
      // The end of the socket would be told with all else that settles.
      void s.hub.moderation.act({ act: "ban", user, room });
      expect(client.connection.drops).toBe(drops);
    }
    client.endNow();
    await act(s, { act: "ban", user: "mallory" });
    expect(client.connection.drops).toBe(1);
  },
);

test("R-EXPEL: one that has been kicked from everywhere holds nothing more either, and others of its user do", async () => {
  const s = begin();
  const [one, two] = [await enter(s, "mallory", "r"), await enter(s, "mallory", "r")];
  s.hub.kick(one.id);
  expect([one.connection.drops, two.connection.drops]).toEqual([1, 0]);
});

test("R-EXPEL R-READER: a reader that was closed is reset as long as its socket is there", async () => {
  const s = begin();
  const connection = new FakeConnection();
  const listening = await s.listen({ user: "mallory" }, { room: "r" }, connection);
  if (listening.ok) listening.value.ended(1006, "");
  await act(s, { act: "ban", user: "mallory", room: "r" });
  expect(connection.drops).toBe(1);
});

const answerOf = (...rooms: string[]): Carrier & { drops: number } => {
  let carried: CarriedRooms;
  for (const room of rooms) carried = withRoom(carried, room);
  return {
    right: "history",
    rooms: carried,
    drops: 0,
    dropUntaken() {
      this.drops += 1;
    },
  };
};

test("R-EXPEL R-RECHECK: an answer over HTTP goes by a ban, and when the policy takes away the right by which it was given", async () => {
  let isClosed = false;
  const s = begin({
    policy: {
      ...policy,
      authorise: (_, { kind, room }) =>
        isClosed && kind === "history" && room === "r" ? { code: "forbidden", message: "" } : undefined,
    },
  });
  const listener = { identity: { user: "mallory" }, from: { user: "mallory" } };
  const [mine, other] = [answerOf("q", "r"), answerOf("q")];
  for (const answer of [mine, other]) s.hub.carriers.enter(listener, answer);
  await s.hub.moderation.recheck();
  expect([mine.drops, other.drops]).toEqual([0, 0]);
  isClosed = true;
  await s.hub.moderation.recheck("ada");
  await s.hub.moderation.recheck("mallory");
  expect([mine.drops, other.drops]).toEqual([1, 0]);
  await act(s, { act: "ban", user: "mallory", room: "q" });
  expect([mine.drops, other.drops]).toEqual([2, 1]);
  for (const answer of [mine, other]) s.hub.carriers.leave(answer);
});

test("R-EXPEL: what has carried very many rooms may hold anything", async () => {
  const s = begin();
  const listener = { identity: { user: "scanner" }, from: { user: "scanner" } };
  const full = answerOf(...Array.from({ length: 1_000 }, (_, room) => `${room}`));
  s.hub.carriers.enter(listener, full);
  await act(s, { act: "ban", user: "scanner", room: "r" });
  expect(full.drops).toBe(1);
  s.hub.carriers.leave(full);
});
