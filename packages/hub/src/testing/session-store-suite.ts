/**
 * What every session store must pass, whatever it is made of. Where it outlives its process, also what a session must
 * read as afterwards. Must not know any store.
 */
import { describe, expect, test } from "vitest";

import type { SessionStore, StoredSession } from "../ports/session-store.ts";

export interface SessionStoreSuite {
  /** Opens a store with nothing in it. It is the caller's to close. */
  readonly open: () => Promise<SessionStore>;
  /** Only of a store that outlives its process: ends it as said, and opens what it has left. */
  readonly reopen?: (sessions: SessionStore, after: "close" | "kill") => Promise<SessionStore>;
  /** A time, ms since 1970, at which a session that ends then can still be resumed. */
  readonly now: () => number;
}

const sessionOf = (clientId: string, rest: Partial<StoredSession> = {}): StoredSession => ({
  clientId,
  user: "ann",
  name: "Ann",
  rooms: ["general"],
  usedSecret: "used",
  nextSecret: "next",
  endedAt: null,
  ...rest,
});

export function describeSessionStore(name: string, { open, reopen, now }: SessionStoreSuite): void {
  describe(`${name} as a session store`, () => {
    const saved = async (sessions: SessionStore, session: StoredSession): Promise<void> => {
      expect(await sessions.save(session)).toEqual({ ok: true, value: undefined });
    };

    test("SS-SAVE: what was saved is found, and nothing else", async () => {
      const sessions = await open();
      const guest = sessionOf("guest", { user: null, name: "", rooms: [], endedAt: now() });
      const full = sessionOf("c\u0000👋\ud800", {
        user: "ünïcode\u0000",
        name: "名前 🙂",
        rooms: Array.from({ length: 128 }, (_, index) => `${index % 2 === 0 ? "__proto__" : "z"}-${index}`),
      });
      await saved(sessions, guest);
      await saved(sessions, full);
      expect(await sessions.find("guest")).toEqual(guest);
      expect(await sessions.find(full.clientId)).toEqual(full);
      for (const unknown of ["c", "c\u0000👋\ud801", "", "__proto__", "constructor"]) {
        expect(await sessions.find(unknown)).toBeUndefined();
      }
    });

    test("SS-SAVE: saving again replaces the whole", async () => {
      const sessions = await open();
      await saved(sessions, sessionOf("a"));
      const changed = sessionOf("a", {
        user: null,
        name: "B",
        rooms: ["x", "y"],
        usedSecret: "next",
        nextSecret: "n",
        endedAt: now(),
      });
      await saved(sessions, changed);
      expect(await sessions.find("a")).toEqual(changed);
      await saved(sessions, sessionOf("a"));
      expect(await sessions.find("a")).toEqual(sessionOf("a"));
    });

    test("SS-ORDER: saves and removals take effect in the order of the calls", async () => {
      const sessions = await open();
      const first = sessions.save(sessionOf("a", { name: "first" }));
      sessions.remove("a");
      const second = sessions.save(sessionOf("a", { name: "second" }));
      const third = sessions.save(sessionOf("b"));
      sessions.remove("b");
      sessions.remove("unknown");
      const found = [sessions.find("a"), sessions.find("b")];
      expect(await Promise.all(found)).toEqual([sessionOf("a", { name: "second" }), undefined]);
      expect((await Promise.all([first, second, third])).every(({ ok }) => ok)).toBe(true);
    });

    test("SS-FORGET: a user's sessions are removed, in the order of the calls, and nobody else's", async () => {
      const sessions = await open();
      const mine = "a\u0000\ud800";
      const users = [mine, mine, "a", null, "null", "%"];
      for (const [index, user] of users.entries()) await saved(sessions, sessionOf(`c${index}`, { user }));
      void sessions.save(sessionOf("before", { user: mine }));
      sessions.removeUser(mine);
      void sessions.save(sessionOf("after", { user: mine }));
      for (const user of ["null", "%", "unknown"]) sessions.removeUser(user);
      const ids = [...users.map((_, index) => `c${index}`), "before", "after"];
      const left = await Promise.all(ids.map(async (id) => sessions.find(id)));
      expect(left.flatMap((found) => found?.clientId ?? [])).toEqual(["c2", "c3", "after"]);
    });

    if (reopen === undefined) return;
    describe.each(["close", "kill"] as const)("after a %s", (end) => {
      test("SS-SURVIVE: sessions are there; one that lived has ended, one that had ended keeps its time", async () => {
        const first = await open();
        const ended = sessionOf("ended", { endedAt: now() });
        const lived = sessionOf("lived", { rooms: ["a", "b"] });
        await saved(first, ended);
        await saved(first, lived);
        const sessions = await reopen(first, end);
        expect(await sessions.find("ended")).toEqual(ended);
        const found = await sessions.find("lived");
        expect({ ...found, endedAt: null }).toEqual(lived);
        expect(found?.endedAt).toBeTypeOf("number");
      });
    });
  });
}
