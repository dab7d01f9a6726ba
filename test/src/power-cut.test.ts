/**
 * What a power cut can take, shown by what the server asks of the kernel: at `disk` every event is flushed before any
 * socket hears of it, and at `process` it is not, so that the first is no accident.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { MortalServer } from "../chaos/mortal-server.ts";
import { BareClient } from "../harness/bare-client.ts";
import { readFlushTrace, type Spoken, straceTo } from "../harness/flush-trace.ts";

const IDS = Array.from({ length: 30 }, (_, index) => `traced-${String(index).padStart(3, "0")}`);
const scratch = mkdtempSync(join(tmpdir(), "roomcast-trace-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

async function trace(durability: "disk" | "process"): Promise<Spoken[]> {
  const strace = process.env["ROOMCAST_STRACE"];
  if (strace === undefined)
    throw new Error(
      "ROOMCAST_STRACE names no strace: run the tests by `pnpm test`, which finds or installs one",
    );
  const file = join(scratch, durability);
  await using server = await MortalServer.make({ ROOMCAST_DURABILITY: durability }, straceTo(strace, file));
  await server.boot();
  const [publisher, member] = await Promise.all([BareClient.join(server.ws), BareClient.join(server.ws)]);
  // One at a time: no ack can be covered by the flush of another's commit.
  for (const id of IDS) {
    await publisher.publish("general", "message", { text: "x" }, { id });
    await member.hear("event", (event) => event.id === id);
  }
  await Promise.all([publisher.close(), member.close()]);
  server.signal("SIGTERM");
  await server.ended();
  return readFlushTrace(file, IDS);
}

const only = (spoken: readonly Spoken[], type: Spoken["type"]): Spoken[] =>
  spoken.filter((each) => each.type === type);

// strace is of Linux alone.
describe.runIf(process.platform === "linux")("a power cut", () => {
  it("P-PUB-2: at disk, a flush of the log lies between each commit and whatever a socket hears of it", async () => {
    const spoken = await trace("disk");
    expect(only(spoken, "ack").map(({ id }) => id)).toEqual(IDS);
    expect(new Set(only(spoken, "event").map(({ id }) => id))).toEqual(new Set(IDS));
    expect(spoken.filter(({ flushed }) => !flushed)).toEqual([]);
  });

  it("at process no flush lies between them", async () => {
    const spoken = await trace("process");
    expect(only(spoken, "ack").map(({ id }) => id)).toEqual(IDS);
    expect(spoken.filter(({ flushed }) => flushed)).toEqual([]);
  });
});
