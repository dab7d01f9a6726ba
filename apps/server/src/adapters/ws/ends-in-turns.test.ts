/** A crowd that goes at once, over real sockets: in how many turns, and what may happen to who waits for its own. */
import { setImmediate } from "node:timers/promises";

import { ManualClock } from "@roomcast/hub/testing";
import { CLOSE_TIMEOUT_MS } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { type BareSocket, closePayload, OPCODE } from "../../../test/bare-socket.ts";
import type { Accepted } from "../../../test/recording-hub.ts";
import { WsStage } from "../../../test/ws-stage.ts";
import { textFrame } from "./text-frame.ts";

const ENDS_PER_TURN = 64;

const WAYS: readonly (readonly [string, (socket: BareSocket) => void, number])[] = [
  ["that just goes", (socket) => socket.destroy(), 1006],
  ["that says goodbye", (socket) => socket.send(OPCODE.close, closePayload(1000)), 1000],
];

async function crowdThatGoes(stage: WsStage, go: (socket: BareSocket) => void): Promise<readonly Accepted[]> {
  const crowd = [];
  for (let index = 0; index < 5 * ENDS_PER_TURN; index += 1) crowd.push(await stage.open());
  await stage.hub.until(() => stage.hub.accepted.length === crowd.length);
  for (const socket of crowd) go(socket);
  return stage.hub.accepted;
}

const countEnded = (crowd: readonly Accepted[]): number => crowd.filter(({ ends }) => ends.length > 0).length;

describe.each(WAYS)("W-ENDS: of a crowd %s", (_, go, code) => {
  it("so few are ended in one turn that others have theirs", async () => {
    await using stage = await WsStage.start();
    const crowd = await crowdThatGoes(stage, go);
    const perTurn: number[] = [];
    for (let before = 0; before < crowd.length;) {
      await setImmediate();
      const now = countEnded(crowd);
      perTurn.push(now - before);
      before = now;
    }
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(ENDS_PER_TURN);
  });

  it("each is ended once, also who is paused or closed while it waits, and the adapter closes behind the last", async () => {
    await using stage = await WsStage.start();
    const crowd = await crowdThatGoes(stage, go);
    while (countEnded(crowd) === 0) await setImmediate();
    const waiting = crowd.filter(({ ends }) => ends.length === 0);
    expect(waiting.length).toBeGreaterThan(ENDS_PER_TURN);
    for (const [index, { connection }] of waiting.entries()) {
      connection.pause?.();
      connection.send(textFrame("too late"));
      if (index % 2 === 0) connection.close("superseded");
    }
    await stage.adapter.close();
    for (const { ends, isGone } of crowd) {
      expect(ends).toEqual([{ code, reason: "" }]);
      expect(isGone).toBe(true);
    }
  });

  it("the time that its peer has for an end begins with its turn", async () => {
    const clock = new ManualClock();
    await using stage = await WsStage.start({ clock });
    const crowd = await crowdThatGoes(stage, go);
    while (countEnded(crowd) < crowd.length) {
      await setImmediate();
      // The last has its turn behind four others.
      clock.advance(CLOSE_TIMEOUT_MS / 4 - 1);
    }
    for (const { ends } of crowd) expect(ends).toEqual([{ code, reason: "" }]);
  });
});
