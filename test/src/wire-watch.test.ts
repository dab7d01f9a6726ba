/** What the simulation holds a server to on each connection: whether it sees what is wrong, and lets pass what is right. */
import type { Down } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { WireWatch } from "../simulation/wire-watch.ts";

/** @returns what is found wrong when a server says this in one room. */
function faultsOf(...messages: readonly Down[]): string[] {
  const faults: string[] = [];
  const watch = new WireWatch("a", new Map(), (what) => faults.push(what));
  for (const message of [welcome, ...messages]) watch.see(JSON.stringify(message));
  return faults;
}

const welcome: Down = {
  ...{ type: "welcome", protocol: 1, clientId: "a", user: "guest:a", resume: "a.secret", resumed: false },
  ...{ durability: "disk", heartbeatMs: 25_000, limits: {} },
  server: { name: "roomcast", version: "0", node: "n" },
};
const joined = (epoch: string, offset: number): Down => ({
  ...{ type: "joined", room: "r", position: { epoch, offset }, recovered: true },
  ...{ members: [], count: 1, events: [] },
});
const event = (offset: number): Down => ({
  ...{ type: "event", room: "r", event: "message", data: {}, id: `${offset}`, time: 0, offset },
  from: { clientId: "a", user: "guest:a", name: "" },
});
const ack = (epoch: string, offset: number): Down => ({
  ...{ type: "ack", room: "r", id: `${offset}`, time: 0, position: { epoch, offset } },
});

describe("R-ACK-ORDER as it is watched", () => {
  it("acks stand behind their events, and before the next one", () => {
    expect(faultsOf(joined("k.1", 0), event(1), ack("k.1", 1), event(2), ack("k.1", 2))).toEqual([]);
    expect(faultsOf(joined("k.1", 0), event(1), event(2), ack("k.1", 1))).toHaveLength(1);
    expect(faultsOf(joined("k.1", 3), event(3))).toHaveLength(1);
  });

  it("an ack that was held and is of an earlier life of the room is compared with nothing of this one", () => {
    expect(faultsOf(joined("k.3", 0), ack("k.2", 1), event(1), ack("k.3", 1))).toEqual([]);
  });
});
