/**
 * Owns what is done to users: kicked, muted, banned, their rights revoked, and those lifted again; by an operator, a moderator
 * of a room or the application itself. Each act takes effect at once: nothing of what waits for the user in what it loses is
 * delivered any more.
 */
import {
  type CloseName,
  err,
  isRoomName,
  type LeftReason,
  ok,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import type { Reader } from "../connections/reader.ts";
import type { Engine } from "../engine.ts";
import type { Sanction } from "../ports/sanction-store.ts";
import type { Expulsion } from "../sessions/sessions.ts";
import { leaveForbidden, takeOut } from "./expelling.ts";
import { refusalBy, type Sanctions } from "./sanctions.ts";

/** What is to be done to a user. */
export interface Act {
  readonly act: ActName;
  /** As others see it: `from.user`. */
  readonly user: string;
  /** Without one: everywhere. */
  readonly room?: string | undefined;
  /** For the user to read; at most MAX_REASON_LENGTH characters. */
  readonly reason?: string | undefined;
  /** Ms since 1970 when it ends by itself. Default: when it is lifted. */
  readonly until?: number | undefined;
  /** Who does it. Default: the application itself. */
  readonly by?: string | undefined;
}

/** What came of it. */
export interface Done {
  /** Sessions and readers that have lost something by it. */
  readonly affected: number;
}

interface Rule {
  /** What is kept; nothing, if it is over once it is done. */
  readonly imposes?: Sanction["kind"];
  readonly lifts?: Sanction["kind"];
  /** How the user is taken out; missing where nobody is. */
  readonly expels?: { readonly left: LeftReason; readonly close: CloseName };
  /** May have an end. */
  readonly lasts?: true;
  /** Only everywhere. */
  readonly global?: true;
}

/** What can be done: what it imposes or lifts, whether it takes the user out, whether it may have an end. */
export const ACTS = {
  kick: { expels: { left: "kicked", close: "kicked" } },
  mute: { imposes: "mute", lasts: true },
  unmute: { lifts: "mute" },
  ban: { imposes: "ban", lasts: true, expels: { left: "banned", close: "forbidden" } },
  unban: { lifts: "ban" },
  revoke: {
    imposes: "revoke",
    lasts: true,
    global: true,
    expels: { left: "forbidden", close: "unauthorised" },
  },
} as const satisfies Record<string, Rule>;

/** A name of the table of acts. */
export type ActName = keyof typeof ACTS;

/** Longer, and it would not fit into the close frame of a WebSocket. */
const MAX_REASON_LENGTH = 60;
const MAX_USER_LENGTH = 255;
/** The latest time that a Date can be (ECMA-262, Time Values). */
const LAST_TIME_MS = 8.64e15;

/** What is done to users. */
export class Moderation {
  readonly #engine: Engine;
  readonly #sanctions: Sanctions;
  readonly #readers: ReadonlySet<Reader>;

  constructor(engine: Engine, sanctions: Sanctions, readers: ReadonlySet<Reader>) {
    this.#engine = engine;
    this.#sanctions = sanctions;
    this.#readers = readers;
  }

  /** What goes on, that of longest standing first. @param room what counts there. */
  list(room?: string): readonly Sanction[] {
    const all = this.#sanctions.all();
    return room === undefined ? all : all.filter((each) => each.room === room || each.room === null);
  }

  /** Done when this returns; resolves when it is kept. What the store refuses holds until the process ends. */
  async act(act: Act): Promise<Result<Done, Refusal>> {
    const faulty = faultOf(act, this.#engine.clock.now());
    if (faulty !== undefined) return err(refusal("bad_message", faulty));
    const { user, room = null } = act;
    const rule: Rule = ACTS[act.act];
    if (rule.lifts !== undefined) {
      const lifted = await this.#sanctions.lift({ kind: rule.lifts, user, room });
      return lifted.ok ? ok({ affected: lifted.value ? 1 : 0 }) : lifted;
    }
    const sanction = rule.imposes && this.#sanctionOf(act, rule.imposes);
    const kept = sanction && this.#sanctions.impose(sanction);
    // Who is taken out of a room is told the end of it beside the reason.
    const why = sanction === undefined || room !== null ? (act.reason ?? "") : refusalBy(sanction).message;
    const affected = rule.expels === undefined ? 0 : this.#expel(act, rule.expels, why);
    const refused = await kept;
    return refused?.ok === false ? refused : ok({ affected });
  }

  /** Asks the policy again for everybody, or for one user: to be called when its answers have changed. */
  async recheck(user?: string): Promise<void> {
    const { access, sessions, carriers } = this.#engine;
    access.changed();
    for (const session of [...sessions.all()]) {
      if (user === undefined || session.from.user === user)
        await leaveForbidden({ engine: this.#engine, session });
    }
    for (const reader of [...this.#readers]) {
      if ((user === undefined || reader.user === user) && !(await reader.mayStay()))
        reader.close("forbidden");
    }
    await carriers.recheck(
      user,
      async (listener, kind, room) => (await access.refusal(listener, { kind, room })) === undefined,
    );
  }

  #sanctionOf({ user, room, reason = "", until, by = "application" }: Act, kind: Sanction["kind"]): Sanction {
    const since = this.#engine.clock.now();
    return { kind, user, room: room ?? null, reason, by, since, until: until ?? null };
  }

  /** @param why in the user's sight. */
  #expel({ user, room, until }: Act, { left, close }: NonNullable<Rule["expels"]>, why: string): number {
    const { sessions, carriers } = this.#engine;
    const how: Expulsion = { left, close, until, ...(why !== "" && { why }) };
    let affected = 0;
    if (room === undefined) sessions.forget(user);
    for (const session of [...sessions.all()]) {
      if (session.from.user !== user) continue;
      const isOut =
        room === undefined
          ? sessions.expel(session.clientId, how)
          : takeOut(this.#engine, session, room, how);
      if (isOut) affected += 1;
    }
    for (const reader of [...this.#readers]) {
      if (reader.user !== user || (room !== undefined && reader.room !== room)) continue;
      reader.close("forbidden");
      affected += 1;
    }
    carriers.drop({ user, room });
    return affected;
  }
}

/** What is wrong about an act, for whoever asks for it. */
function faultOf({ act, user, room, reason = "", until }: Act, now: number): string | undefined {
  const rule: Rule = ACTS[act];
  if (user === "" || user.length > MAX_USER_LENGTH) return `user: expected a text of 1 to ${MAX_USER_LENGTH}`;
  if (room !== undefined && !isRoomName(room)) return "room: expected a room's name";
  if (room !== undefined && rule.global === true) return `room: ${act} counts everywhere`;
  if (reason.length > MAX_REASON_LENGTH) return `reason: expected a text of at most ${MAX_REASON_LENGTH}`;
  if (until !== undefined && rule.lasts !== true) return `act: ${act} has no end that could be given`;
  if (until !== undefined && !(until > now && until <= LAST_TIME_MS))
    return "until: expected a time to come, in ms since 1970";
  return undefined;
}
