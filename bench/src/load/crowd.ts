/** Owns the clients of one load and brings them in, a bounded number at a time. */
import { inLanes } from "./lanes.ts";
import type { ServerMeter } from "./server-meter.ts";
import type { Wire } from "./wire.ts";

const MS = 1_000;
const NS = 1e9;

export class Crowd {
  readonly wires: readonly Wire[];
  readonly connectsPerSecond: number;
  readonly connectsPerCpuSecond: number;

  private constructor(wires: readonly Wire[], elapsedMs: number, cpuNs: number) {
    this.wires = wires;
    this.connectsPerSecond = wires.length / (elapsedMs / MS);
    this.connectsPerCpuSecond = wires.length / (cpuNs / NS);
  }

  /** @param roomsEach that a wire enters. */
  static async gather(wires: readonly Wire[], meter: ServerMeter, roomsEach = 1): Promise<Crowd> {
    const [startedMs, startedNs] = [performance.now(), meter.cpuNs()];
    await inLanes(wires.length, async (index) => wires[index]?.enter(), roomsEach);
    const elapsedMs = performance.now() - startedMs;
    // What is still to be told of those who came last belongs to their coming.
    await settled();
    return new Crowd(wires, elapsedMs, meter.cpuNs() - startedNs);
  }

  get figures(): { connectsPerSecond: number; connectsPerCpuSecond: number } {
    return { connectsPerSecond: this.connectsPerSecond, connectsPerCpuSecond: this.connectsPerCpuSecond };
  }

  end(): void {
    for (const wire of this.wires) wire.cut();
  }
}

/** Longer than any of the servers gathers what it has to tell. */
const SETTLE_MS = 1_200;

export const settled = (restMs = 0): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(SETTLE_MS, restMs));
  });
