import { RESUME_WINDOW_MS } from "@roomcast/protocol";
import { expect, it } from "vitest";

import type { StoredSession } from "../ports/session-store.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { describeSessionStore } from "../testing/session-store-suite.ts";
import { MemorySessions } from "./memory-sessions.ts";

const clock = new ManualClock();

describeSessionStore("MemorySessions", {
  open: async () => new MemorySessions(clock),
  now: () => clock.now(),
});

it("SS-EXPIRE: who ended too long ago is forgotten while others are saved, and nobody else", async () => {
  const store = new MemorySessions(clock);
  const save = async (clientId: string, endedAt: number | null): Promise<void> => {
    const stored: StoredSession = {
      ...{ clientId, user: null, name: "", rooms: [], endedAt },
      ...{ usedSecret: "used", nextSecret: "next" },
    };
    await store.save(stored);
  };
  const kept = async (kind: string): Promise<number> => {
    const found = await Promise.all(Array.from({ length: 20 }, (_, at) => store.find(`${kind}${at}`)));
    return found.filter((session) => session !== undefined).length;
  };
  for (let at = 0; at < 20; at += 1) {
    await save(`ended${at}`, clock.now());
    await save(`alive${at}`, null);
  }
  clock.advance(RESUME_WINDOW_MS);
  for (let at = 0; at < 20; at += 1) await save(`later${at}`, null);
  expect(await Promise.all(["ended", "alive", "later"].map(kept))).toEqual([20, 20, 20]);
  clock.advance(1);
  // A round over sixty, two steps at a time, from wherever it is.
  for (let turn = 0; turn < 61; turn += 1) await save("later0", null);
  expect(await Promise.all(["ended", "alive", "later"].map(kept))).toEqual([0, 20, 20]);
});
