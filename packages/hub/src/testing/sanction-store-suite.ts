/** What every store of sanctions must pass, whatever it is made of. Must not know any store. */
import { describe, expect, test } from "vitest";

import type { Sanction, SanctionStore } from "../ports/sanction-store.ts";

export interface SanctionStoreSuite {
  /** Opens a store with nothing in it. It is the caller's to close. */
  readonly open: () => Promise<SanctionStore>;
  /** Ends it as said, and opens what it has left; of a store that is forgotten with the process, the same again. */
  readonly reopen: (sanctions: SanctionStore, after: "close" | "kill") => Promise<SanctionStore>;
}

const sanctionOf = (rest: Partial<Sanction> = {}): Sanction => ({
  ...{ kind: "ban", user: "mallory", room: null, reason: "", by: "operator", since: 1, until: null },
  ...rest,
});

export function describeSanctionStore(name: string, { open, reopen }: SanctionStoreSuite): void {
  describe.each(["close", "kill"] as const)(`${name} as a store of sanctions, after a %s`, (end) => {
    const left = async (
      ...calls: ((sanctions: SanctionStore) => Promise<unknown>)[]
    ): Promise<Set<Sanction>> => {
      const sanctions = await open();
      expect(sanctions.kept).toEqual([]);
      const done = await Promise.all(calls.map((call) => call(sanctions)));
      expect(done).toEqual(calls.map(() => ({ ok: true, value: undefined })));
      return new Set((await reopen(sanctions, end)).kept);
    };
    const impose =
      (sanction: Sanction) =>
      (sanctions: SanctionStore): Promise<unknown> =>
        sanctions.impose(sanction);

    test("SA-KEEP SA-SURVIVE: what was imposed is there, whole", async () => {
      const all = [
        sanctionOf(),
        sanctionOf({ kind: "mute" }),
        sanctionOf({ room: "r" }),
        sanctionOf({ room: "null" }),
        sanctionOf({ user: "ünïcode\u0000\ud800", room: "__proto__", reason: "名前 🙂", until: 2 ** 45 }),
        sanctionOf({ user: "__proto__", kind: "revoke", by: "guest:x" }),
      ];
      expect(await left(...all.map(impose))).toEqual(new Set(all));
    });

    test("SA-KEEP: there is one of a kind for a user in a place, and what is lifted is gone, in the order of the calls", async () => {
      const [first, second] = [
        sanctionOf({ reason: "first" }),
        sanctionOf({ reason: "second", until: 2 ** 44 }),
      ];
      const elsewhere = sanctionOf({ room: "r" });
      const lift =
        (sanction: Sanction) =>
        (sanctions: SanctionStore): Promise<unknown> =>
          sanctions.lift(sanction);
      expect(await left(impose(first), impose(second), impose(elsewhere))).toEqual(
        new Set([second, elsewhere]),
      );
      expect(
        await left(impose(first), lift(first), impose(elsewhere), lift(sanctionOf({ kind: "mute" }))),
      ).toEqual(new Set([elsewhere]));
      expect(await left(impose(first), lift(first), impose(second))).toEqual(new Set([second]));
    });
  });
}
