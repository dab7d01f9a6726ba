/**
 * Owns one stay of one reader in one room: where it is, what it has had, and which rule what it is told breaks. S1, S2, S3.
 * Must not know publishers' outcomes: what stands at a position, the placement says.
 */
import type { Position } from "@roomcast/protocol";

import type { Finding, Rule } from "./finding.ts";
import type { EventKey, Observation } from "./observation.ts";
import { keyOf, type Placement } from "./placement.ts";

type Of<Kind extends Observation["kind"]> = Extract<Observation, { kind: Kind }>;

export class Stay {
  readonly findings: Finding[] = [];
  readonly #begin: Of<"begin">;
  readonly #placement: Placement;
  /** The reader's own events that it does not want back, by key. */
  readonly #silent: ReadonlyMap<string, EventKey>;
  readonly #had = new Set<string>();
  #at: Position | undefined;
  /** The first thing that was told was an event, so what lies before it was not asked for: checked on `joined`. */
  #startedAt: number | undefined;
  #joined = false;
  /** A new life of the room is read from its beginning: what is trimmed there is behind the gap that was told. */
  #fresh = false;

  constructor(begin: Of<"begin">, placement: Placement, silent: ReadonlyMap<string, EventKey>) {
    this.#begin = begin;
    this.#placement = placement;
    this.#silent = silent;
    this.#at = begin.after ?? undefined;
  }

  joined({ position }: Of<"joined">): void {
    const { after, history, room } = this.#begin;
    if (!this.#joined && after === null && this.#isPresent(position.epoch)) {
      const from = Math.max(0, position.offset - history, this.#floor(position.epoch));
      const until = this.#startedAt ?? position.offset;
      const missing = this.#missing({ epoch: position.epoch, offset: from }, until + 1);
      if (missing.length > 0)
        this.#find("S1", missing, `it asked for the newest ${history} of ${room}, and got less`);
    }
    this.#joined = true;
    this.#moveTo(position, "it had joined");
  }

  deliver(event: Of<"deliver">): void {
    const { epoch, offset, id } = event;
    if (this.#at === undefined) this.#startedAt = offset - 1;
    const at = (this.#at ??= { epoch, offset: offset - 1 });
    if (this.#had.has(keyOf(event))) this.#find("S2", [offset], "it had this event before", [id]);
    this.#had.add(keyOf(event));
    if (epoch === at.epoch && offset <= at.offset) {
      this.#find("S3", [offset], `told after ${at.offset}`, [id]);
      return;
    }
    this.#moveTo({ epoch, offset: offset - 1 }, `told ${offset}`);
    this.#at = { epoch, offset };
  }

  gap({ reason, from, to, position }: Of<"gap">): void {
    const at = this.#at;
    const told = `gap ${reason} ${from ?? "?"}–${to ?? "?"}`;
    if (reason === "hole") this.#find("S3", [from ?? 0, to ?? 0], "the log itself was found to have a hole");
    if (at?.epoch !== position.epoch || from === null || to === null) {
      if (at?.epoch === position.epoch)
        this.#find("S1", [at.offset], `${told}, though the room is the same as before`);
      this.#fresh = true;
      this.#at = { epoch: position.epoch, offset: to !== null && to <= position.offset ? to : 0 };
      return;
    }
    this.#lost(this.#missing(at, from), "S1", `${told}, and is silent about these`);
    if (from <= at.offset) this.#find("S1", [from], `${told}, though it has had ${at.offset}`);
    // Of an epoch that is over nobody knows any more what it had trimmed.
    const there = offsetsFrom(from, to).filter((offset) => this.#isInLog({ epoch: position.epoch, offset }));
    if (there.length > 0) this.#find("S1", there, `${told}, though these are kept`);
    this.#at = { epoch: position.epoch, offset: Math.max(at.offset, to) };
  }

  /** Nothing more comes: whoever has not left must be where the log is. */
  end(): void {
    const log = this.#placement.log(this.#begin.room);
    if (log === undefined) return;
    const at = this.#at;
    if (at === undefined) {
      this.#find("S1", [], "it never got into the room");
    } else if (at.epoch !== log.epoch) {
      this.#find("S1", [], `it is still in epoch ${at.epoch}, and the room in ${log.epoch}`);
    } else {
      this.#lost(this.#missing(at, log.top + 1), "S1", `nothing was told after ${at.offset}`);
      if (at.offset > log.top)
        this.#find("S4", [at.offset], `it is beyond the log, which ends at ${log.top}`);
    }
  }

  /** Nothing was told between where it was and this. */
  #moveTo(position: Position, next: string): void {
    const at = this.#at;
    this.#at = position;
    if (at === undefined) return;
    if (at.epoch !== position.epoch) {
      this.#find(
        "S3",
        [position.offset],
        `${next} in another epoch (${at.epoch} before) that no gap has told of`,
      );
    } else {
      this.#lost(this.#missing(at, position.offset + 1), "S3", `${next} after ${at.offset}`);
      this.#at = { ...at, offset: Math.max(at.offset, position.offset) };
    }
    this.#fresh = false;
  }

  /** What a reader was owed between two offsets and never told of, both bounds exclusive. */
  #missing({ epoch, offset }: Position, before: number): number[] {
    return offsetsFrom(offset + 1, before - 1).filter((owed) => !this.#isExplained({ epoch, offset: owed }));
  }

  #isExplained(position: Position): boolean {
    const { room } = this.#begin;
    // The floor of the end, for want of the one that was: it only rises.
    if (this.#fresh && (!this.#isPresent(position.epoch) || position.offset <= this.#floor(position.epoch)))
      return true;
    const event = this.#placement.at(room, position);
    if (event !== undefined) return this.#mayMiss(event);
    // What was trimmed since, or died with its epoch, nobody can tell; an offset keeps its event in a new epoch of one store.
    if (this.#isInLog(position)) return false;
    return (
      this.#hasUntraced(position.epoch) ||
      this.#placement.everAt(room, position.offset).some((each) => this.#mayMiss(each))
    );
  }

  /** One of its silent events may have stood in this epoch, where nobody can tell any more. */
  #hasUntraced(epoch: string): boolean {
    const { room } = this.#begin;
    const isUntraced = (event: EventKey): boolean =>
      event.room === room && this.#placement.positions(event).every((position) => position.epoch !== epoch);
    return [...this.#silent.values()].some(isUntraced);
  }

  /** Its own that it wanted silent, or one that it has had in another life of the room. */
  #mayMiss(event: EventKey): boolean {
    return this.#silent.has(keyOf(event)) || this.#had.has(keyOf(event));
  }

  #isInLog({ epoch, offset }: Position): boolean {
    const log = this.#placement.log(this.#begin.room);
    return log?.epoch === epoch && offset > log.floor && offset <= log.top;
  }

  #lost(offsets: readonly number[], rule: Rule, what: string): void {
    if (offsets.length === 0) return;
    if (rule !== "S1") this.#find(rule, offsets, what);
    this.#find("S1", offsets, rule === "S1" ? what : `never told of these`);
  }

  /** Of an epoch that is over nobody knows any more what it had trimmed. */
  #isPresent(epoch: string): boolean {
    return this.#placement.log(this.#begin.room)?.epoch === epoch;
  }

  #floor(epoch: string): number {
    const log = this.#placement.log(this.#begin.room);
    return log?.epoch === epoch ? log.floor : 0;
  }

  #find(rule: Rule, offsets: readonly number[], what: string, ids?: readonly string[]): void {
    const { reader, room } = this.#begin;
    const epoch = this.#at?.epoch;
    const named =
      ids ??
      offsets.flatMap((offset) =>
        epoch === undefined ? [] : (this.#placement.at(room, { epoch, offset })?.id ?? []),
      );
    this.findings.push({ rule, room, who: reader, offsets, ids: named, what });
  }
}

const offsetsFrom = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
