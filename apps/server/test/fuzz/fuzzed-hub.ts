/** Owns a hub in memory that is spoken to by many short-lived clients, and what it has answered to each. */
import { type Connection, Hub, MemoryLog, MemorySessions, type TelemetryEvent } from "@roomcast/hub";
import { FakeConnection } from "@roomcast/hub/testing";

import { NodeClock } from "../../src/node-clock.ts";
import { NodeRandom } from "../../src/node-random.ts";

const NO_RATES = {
  hellosPerSecond: 0,
  messagesPerSecond: 0,
  bytesPerSecond: 0,
  joinsPerSecond: 0,
  historyReadsPerSecond: 0,
};

export class FuzzedHub {
  readonly hub: Hub;
  #faults: unknown[] = [];

  constructor() {
    const [clock, random] = [new NodeClock(), new NodeRandom()];
    this.hub = new Hub({
      ...{ clock, random, log: new MemoryLog({ clock, random, historyEvents: 10, dedupeMs: 1_000 }) },
      sessions: new MemorySessions(clock),
      telemetry: {
        record: (event: TelemetryEvent) => {
          if (event.kind === "fault") this.#faults.push(event.error);
        },
      },
      settings: { ...NO_RATES, presenceGraceMs: 1, resumeWindowMs: 1, roomsPerSession: 4 },
    });
  }

  connection(): FakeConnection {
    return new FakeConnection();
  }

  /** Once everything has settled that was asked; then the client leaves, and its socket is gone. @returns the codes of the refusals. @throws what the hub reports as a fault. */
  async answers(connection: Connection & FakeConnection, leave: () => void): Promise<string[]> {
    // A macrotask comes after all microtasks, those that they make too.
    for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
    leave();
    if (this.hub.carriers.size > 0) throw new Error("the hub still holds on to who is gone");
    const [fault] = this.#faults.splice(0);
    if (fault !== undefined) throw fault as Error;
    return connection.take().flatMap((message) => (message.type === "error" ? [message.code] : []));
  }

  async close(): Promise<void> {
    await this.hub.drain();
  }
}
