/**
 * Owns the bugs that are planted to see whether the simulation finds them: changes to the sources, made while they are
 * loaded. What is not there any more cannot be planted, and says so.
 */

export interface Change {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

const APPEND = "append(draft: Draft, settle: Settle): void {";
/** Where an event will stand, if nothing comes between. */
const FORESEE = `
    const { epoch, top } = this.#disk.read(draft.room, { limit: 0 });
    this.foreseen ??= new Map();
    const offset = Math.max(top, this.foreseen.get(draft.room) ?? 0) + 1;
    this.foreseen.set(draft.room, offset);`;

const inLog = (find: string, replace: string): Change => ({
  file: "test/simulation/simulated-log.ts",
  find,
  replace,
});
const inQueue = (find: string, replace: string): Change => ({
  file: "test/simulation/writer-queue.ts",
  find,
  replace,
});
const onDisk = (find: string, replace: string): Change => ({
  file: "test/simulation/disk.ts",
  find,
  replace,
});
const inHub = (file: string, find: string, replace: string): Change => ({
  file: `packages/hub/src/${file}`,
  find,
  replace,
});
const inClient = (file: string, find: string, replace: string): Change => ({
  file: `packages/client/src/${file}`,
  find,
  replace,
});

/** No bug: what is for hundreds of members holds for the few that a simulation has. */
export const CROWD = inHub("rooms/pace.ts", "CROWD = 40", "CROWD = 0.1");

export const BUGS: Readonly<Record<string, readonly Change[]>> = {
  "ack before the commit": [
    inLog(
      APPEND,
      `append(draft, later) {${FORESEE}
    later(ok({ position: { epoch, offset }, time: draft.time, duplicate: false }));
    const settle = () => {};`,
    ),
  ],
  "fan-out before the commit": [
    inLog(APPEND, `${APPEND}${FORESEE}\n    this.#announce({ ...draft, epoch, offset });`),
    inLog("if (event !== undefined) this.#announce(event);", ""),
  ],
  "ack before the flush": [onDisk('if (this.durability === "process") this.#unflushed', "this.#unflushed")],
  "the epoch stays when the tail was lost": [
    onDisk('return !this.#clean && this.durability === "process" && this.#rebooted;', "return false;"),
  ],
  "an id is forgotten when its event is trimmed": [
    onDisk(
      "table.floor += excess;",
      "table.floor += excess; for (const gone of events.slice(0, excess)) table.known.delete(identityOf(gone));",
    ),
  ],
  "a known id is kept again": [onDisk("if (known !== undefined) {", "if (false) {")],
  "what waits behind a refused write overtakes it": [
    inQueue("refused === undefined ? [] : waiting.filter(({ writes }) => writes)", "[]"),
    inQueue("if (refused !== undefined) this.#waiting =", "if (false) this.#waiting ="),
  ],
  "the floor is off by one": [
    inHub("entering/recovery.ts", "since.offset < floor", "since.offset < floor - 1"),
  ],
  "since is ignored on resume": [
    inHub(
      "entering/snapshot.ts",
      "since === undefined ? { limit: newest }",
      "newest > 0 ? { limit: newest }",
    ),
  ],
  "what was held on joining is not merged": [
    inHub("entering/snapshot.ts", "new Set(beyond(page, held))", "new Set<unknown>()"),
  ],
  "an older socket is not fenced off": [inHub("sessions/sessions.ts", 'old.close("superseded");', "")],
  "events of a stay that is over": [
    inHub(
      "sessions/sessions.ts",
      "subscription.room.detach(subscription, dropping);\n    subscription.room.depart(",
      "subscription.room.depart(",
    ),
  ],
  "an ack out of order": [
    inHub(
      "rooms/room.ts",
      "else if (echo || !subscription.live || this.#batch === undefined) this.tell(subscription, ack);",
      "else if (echo || this.#batch === undefined) subscription.peer.send(ack);",
    ),
  ],
  "a publish overtakes a refused one": [
    inHub("rooms/subscription.ts", "return this.#bar?.id;", "return undefined;"),
  ],
  "what waits for a crowd to rest gets out of order": [
    CROWD,
    inHub(
      "rooms/pace.ts",
      "for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) next.run();",
      "for (let next = this.#waiting?.pop(); next !== undefined; next = this.#waiting?.pop()) next.run();",
    ),
  ],
  "a hole is not detected": [
    inClient(
      "rooms/ledger.ts",
      "if (at === undefined || offset === at.offset + 1) return true;",
      "return true;",
    ),
  ],
  "a late hello takes the session over from a newer socket": [
    inHub("sessions/sessions.ts", "session.peer.number > peer.number", "false"),
  ],
  "a gap is not told": [inClient("rooms/ledger.ts", "this.#sink.gap(gap);", "")],
  "a resume asks from one too far": [
    inClient(
      "rooms/room-session.ts",
      "...(since !== undefined && { since }),",
      "...(since !== undefined && { since: { ...since, offset: since.offset + 1 } }),",
    ),
  ],
  "a repeated publish has a new id": [
    inClient(
      "publishing/outbox-line.ts",
      "entry.sentAs = user;",
      `if (entry.sentAs !== undefined)
      entry.prepared = { ...entry.prepared, frame: entry.prepared.frame.replace('"id":"', '"id":"again-') };
    entry.sentAs = user;`,
    ),
  ],
};
