import { spawn } from "node:child_process";
import { once } from "node:events";

import type { RoomLog } from "@roomcast/hub";
import { appendAll, draftOf, read } from "@roomcast/hub/testing";
import { expect, test } from "vitest";

import { openStore, temporaryFolder } from "../../../test/sqlite-stores.ts";
import { NodeClock } from "../../node-clock.ts";

interface Acked {
  readonly room: string;
  readonly id: string;
  readonly offset: number;
}

const PROGRAM = new URL("../../../test/append-forever.ts", import.meta.url).pathname;
const ROOMS = ["room-0", "room-1", "room-2"];

/** Lets a process append until it has told of so many acks, then kills it; returns all it had told of. */
async function appendUntilKilled(
  dataDir: string,
  durability: string,
  acks: number,
  inFlight: number,
): Promise<Acked[]> {
  const args = ["--conditions=@roomcast/source", PROGRAM, dataDir, durability, String(inFlight)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: string[] = [];
  let lines = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    chunks.push(chunk);
    lines += chunk.split("\n").length - 1;
    if (lines >= acks) child.kill("SIGKILL");
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  // The last line may be cut off.
  const whole = chunks.join("").split("\n").slice(0, -1);
  return whole.map((line) => {
    const [room = "", id = "", offset] = line.split(" ");
    return { room, id, offset: Number(offset) };
  });
}

/** Every kept event by its offset, having checked that there is no hole. */
async function keptIn(log: RoomLog, room: string): Promise<Map<number, string>> {
  const kept = new Map<number, string>();
  const { floor, top } = await read(log, room, { limit: 0 });
  let after = floor;
  while (after < top) {
    const page = await read(log, room, { after, limit: 300 });
    for (const { offset, id, data } of page.events) {
      expect(offset).toBe(after + 1);
      expect(data.text).toContain(`"id":${JSON.stringify(id)}`);
      kept.set(offset, id);
      after = offset;
    }
  }
  return kept;
}

/** Every acked event stands where the ack said, or was trimmed and is known by its identity. */
async function expectAllOf(acked: readonly Acked[], log: RoomLog, room: string): Promise<void> {
  const kept = await keptIn(log, room);
  const { floor, top } = await read(log, room, { limit: 0 });
  expect(kept.size).toBe(top - floor);
  const here = acked.filter((one) => one.room === room);
  const trimmed = here.filter(({ offset }) => offset <= floor);
  const again = await appendAll(
    log,
    trimmed.map(({ id }) =>
      draftOf(room, id, { from: { clientId: null, user: id.split("-")[0] ?? "", name: "" } }),
    ),
  );
  const places = again.map(({ position, duplicate }) => [position.offset, duplicate]);
  expect(places).toEqual(trimmed.map(({ offset }) => [offset, true]));
  for (const { id, offset } of here) if (offset > floor) expect(kept.get(offset)).toBe(id);
}

test.each([
  ["disk", 1],
  ["disk", 50],
  ["process", 50],
] as const)(
  "L-KILL: at %s, with %i in flight, what was acked is there after kill -9",
  // Four processes that each have some work to do before they are killed.
  { timeout: 60_000 },
  async (durability, inFlight) => {
    const dataDir = temporaryFolder();
    const acked: Acked[] = [];
    for (const acks of [1, 40, 300, 1_500]) {
      acked.push(...(await appendUntilKilled(dataDir, durability, acks, inFlight)));
      const store = await openStore({ dataDir, durability, clock: new NodeClock() });
      for (const room of ROOMS) await expectAllOf(acked, store.log, room);
      await store.close();
    }
    const places = new Set(acked.map(({ room, offset }) => `${room} ${offset}`));
    expect(places.size).toBe(acked.length);
  },
);
