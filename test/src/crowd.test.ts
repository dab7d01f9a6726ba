/** A thousand members in one room. What grows with the room is counted, in frames and bytes, never timed. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { ServerProcess } from "../harness/server-process.ts";

const MEMBERS = 1000;
const AT_ONCE = 50;

describe("a crowd", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({ ROOMCAST_LOG: "warn", ROOMCAST_CONNECTIONS_PER_ADDRESS: "0" });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("C3 C6: 1,000 connections join one room, one message reaches all, and a join costs the last what it cost the first", async () => {
    const crowd: BareClient[] = [];
    while (crowd.length < MEMBERS) {
      const more = Array.from({ length: AT_ONCE }, () =>
        BareClient.join(server.ws, { join: [{ room: "crowd" }] }),
      );
      crowd.push(...(await Promise.all(more)));
    }
    const last = crowd.at(-1) as BareClient;
    const [joined] = last.all("joined");
    expect(joined?.count).toBe(MEMBERS);
    // A crowded room lists nobody but oneself: the answer to the last join is no longer than that to the first.
    expect(joined?.members.map(({ clientId }) => clientId)).toEqual([last.id]);
    const ack = await last.publish("crowd", "message", { text: "to all" });
    for (const member of crowd) await member.hear("event", ({ id }) => id === ack.id);
    // Diffs are gathered and become counts: far fewer than one for each of the others who came.
    const first = crowd[0] as BareClient;
    expect(first.all("presence").length).toBeLessThan(MEMBERS / 2);
    await Promise.all(crowd.map((member) => member.close()));
  });
});
