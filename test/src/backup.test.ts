/** A disaster as an operator lives through it: a backup, more that is said, a server that dies, the backup put back. Whoever has seen more is told. */
import { connect, type RoomGap } from "@roomcast/client";
import { events } from "@roomcast/protocol";
import { spawnSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));
const ROOM = "general";

function roomcast(env: Record<string, string>, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
}

it("L-BACKUP S1 S2 S3 S4: whoever saw more than a backup that is put back holds is told of a gap, and what is said under the same numbers is new to it", async () => {
  await using server = await ServerProcess.start();
  const client = connect(server.http, { contract: events, name: "Ada" });
  const room = client.room(ROOM);
  const texts: string[] = [];
  const places: string[] = [];
  const gaps: RoomGap[] = [];
  room.on("message", ({ data, epoch, offset }) => {
    texts.push(data.text);
    places.push(`${epoch}:${offset}`);
  });
  room.onGap((gap) => gaps.push(gap));
  const say = async (text: string): Promise<void> => {
    const published = await room.publish("message", { text });
    expect(published.ok).toBe(true);
  };

  await say("before 1");
  await say("before 2");
  const backup = `${server.dataDir}-backup.db`;
  const lost = `${server.dataDir}-lost`;
  onTestFinished(() => {
    for (const path of [backup, lost]) rmSync(path, { recursive: true, force: true });
  });
  roomcast({ PORT: String(server.port) }, "backup", backup);
  await say("after 1");
  await say("after 2");
  const bare = await BareClient.join(server.ws, { join: [{ room: ROOM, history: 9 }] });
  const [joined] = bare.all("joined");
  const since = joined?.position;
  expect(since?.offset).toBe(4);
  await server.kill();
  await until("the client knows", () => client.status.state !== "connected");

  renameSync(server.dataDir, lost);
  roomcast({ ROOMCAST_DATA_DIR: server.dataDir }, "restore", backup);
  await server.boot();
  await until("the client is back", () => room.status.state === "joined" && gaps.length > 0);
  expect(gaps.map(({ reason }) => reason)).toEqual(["store_lost_tail"]);
  // The numbers 3 and 4, given once more.
  for (const text of ["another 1", "another 2", "another 3"]) await say(text);
  await until("all of it has come", () => texts.includes("another 3"));
  expect(texts).toEqual([
    ...["before 1", "before 2", "after 1", "after 2", "another 1", "another 2", "another 3"],
  ]);
  expect(new Set(places).size).toBe(7);

  // One that comes later, when the log has grown beyond its position again.
  const late = await BareClient.join(server.ws, { join: [{ room: ROOM, ...(since && { since }) }] });
  const [told] = late.all("joined");
  expect(told).toMatchObject({ recovered: false, gap: { reason: "store_lost_tail" } });
  expect(told?.events.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5]);
  await late.close();
  client.disconnect();
});
