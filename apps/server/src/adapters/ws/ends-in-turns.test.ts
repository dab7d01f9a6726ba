/** A crowd that goes at once, over real sockets: in how many turns, and what may happen to who waits for its own. */
import { setImmediate } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import type { Accepted } from "../../../test/recording-hub.ts";
import { WsStage } from "../../../test/ws-stage.ts";
import { textFrame } from "./text-frame.ts";

const ENDS_PER_TURN = 64;

async function crowdThatGoes(stage: WsStage): Promise<readonly Accepted[]> {
  const crowd = [];
  for (let index = 0; index < 5 * ENDS_PER_TURN; index += 1) crowd.push(await stage.open());
  await stage.hub.until(() => stage.hub.accepted.length === crowd.length);
  for (const { tcp } of crowd) tcp.destroy();
  return stage.hub.accepted;
}

const countEnded = (crowd: readonly Accepted[]): number => crowd.filter(({ ends }) => ends.length > 0).length;

describe("W-ENDS: of a crowd that goes at once", () => {
  it("so few are ended in one turn that others have theirs", async () => {
    await using stage = await WsStage.start();
    const crowd = await crowdThatGoes(stage);
    const perTurn: number[] = [];
    for (let before = 0; before < crowd.length;) {
      await setImmediate();
      const now = countEnded(crowd);
      perTurn.push(now - before);
      before = now;
    }
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(ENDS_PER_TURN);
  });

  it("each is ended once, also who is closed while it waits, and the adapter closes behind the last", async () => {
    await using stage = await WsStage.start();
    const crowd = await crowdThatGoes(stage);
    while (countEnded(crowd) === 0) await setImmediate();
    const waiting = crowd.filter(({ ends }) => ends.length === 0);
    expect(waiting.length).toBeGreaterThan(ENDS_PER_TURN);
    for (const { connection } of waiting) {
      connection.send(textFrame("too late"));
      connection.close("superseded");
    }
    await stage.adapter.close();
    for (const { ends, isGone } of crowd) {
      expect(ends).toEqual([{ code: 1006, reason: "" }]);
      expect(isGone).toBe(true);
    }
  });
});
