/** Readers that do not read, and peers that are gone without a word: what becomes of them, and of the others. */
import { checkHistory } from "@roomcast/hub/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MortalServer } from "../chaos/mortal-server.ts";
import { Stage } from "../chaos/stage.ts";
import { LARGE_BYTES, LARGE_ROOM } from "../chaos/text.ts";
import { JWT_SECRET } from "../chaos/tokens.ts";
import { ChaosProxy } from "../harness/chaos-proxy.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { until } from "../harness/until.ts";

const HEARTBEAT_MS = 1_000;
const WAVE = 5;
/** From the ping that is not answered; the protocol's own. */
const PONG_TIMEOUT_MS = 8_000;

describe("over a network that stalls", () => {
  let server: MortalServer;
  beforeAll(async () => {
    server = await MortalServer.make({
      ROOMCAST_HEARTBEAT_MS: String(HEARTBEAT_MS),
      ...NO_RATES,
      ROOMCAST_JWT_SECRET: JWT_SECRET,
      ROOMCAST_GUESTS: "allow",
    });
    await server.boot();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const closed = (name: string) =>
    server.log.filter(({ msg, user }) => msg === "client closed" && user === name);

  it("R-SLOW: a slow reader is closed with 4413, resumes and gets everything; the others are unharmed", async () => {
    // More than what the kernels between them hold.
    const events = 700;
    const have = (count: number): boolean =>
      others.every((other) => (other.offsetIn(LARGE_ROOM) ?? 0) >= count);
    const stage = new Stage([LARGE_ROOM]);
    await using proxy = await ChaosProxy.open(server.port);
    const slow = stage.sdk(`http://127.0.0.1:${proxy.port}`, "slow", { token: true, eager: true });
    const others = ["fast-1", "fast-2"].map((name) => stage.sdk(server.http, name, { token: true }));
    await stage.until("everybody is in", () => stage.members.every(({ present }) => present));
    proxy.stall("down");
    for (let index = 0; index < events; index++) {
      const id = `flood-${index}`;
      others[index % 2]!.publish({ id, room: LARGE_ROOM, echo: true, padding: LARGE_BYTES });
      // In small waves: who reads must never have as much queued as makes a reader slow.
      if (index % WAVE === WAVE - 1) await until("the others keep up", () => have(index + 1));
    }
    await until("the slow reader is closed", () => closed("slow").some(({ code }) => code === 4413));
    await until("the others have everything", () =>
      others.every((other) => other.offsetIn(LARGE_ROOM) === events),
    );
    expect(slow.offsetIn(LARGE_ROOM)).toBeLessThan(events);
    proxy.heal();
    slow.wake();
    await stage.settle(server.http);
    const { verdict, history } = await stage.judge(server.http);
    expect(verdict.faults).toEqual([]);
    expect(history && checkHistory(history)).toEqual([]);
    expect(verdict.acked).toBe(events);
    expect([...closed("fast-1"), ...closed("fast-2")]).toEqual([]);
    stage.leave();
  });

  it("a peer that vanishes without a word is gone at the server, and comes back with nothing missing", async () => {
    const room = "silent";
    const stage = new Stage([room]);
    await using proxy = await ChaosProxy.open(server.port);
    const vanished = stage.sdk(`http://127.0.0.1:${proxy.port}`, "vanished", { token: true, eager: true });
    const other = stage.sdk(server.http, "other", { token: true });
    await stage.until("everybody is in", () => stage.members.every(({ present }) => present));
    const since = performance.now();
    proxy.stall("both");
    const publish = (member: typeof other, id: string): void =>
      member.publish({ id, room, echo: true, padding: 0 });
    publish(vanished, "into the void");
    publish(other, "meanwhile");
    await until("the server has noticed", () => closed("vanished").length > 0);
    expect(closed("vanished")[0]).toMatchObject({ code: 1006, reason: "no pong came in time" });
    expect(performance.now() - since).toBeLessThan(HEARTBEAT_MS + PONG_TIMEOUT_MS + 2_000);
    // By itself: new connections are well, and nobody tells the client that they are.
    await stage.settle(server.http);
    const { verdict } = await stage.judge(server.http);
    expect([...verdict.faults, ...verdict.findings]).toEqual([]);
    expect(verdict.acked).toBe(2);
    stage.leave();
  });
});
