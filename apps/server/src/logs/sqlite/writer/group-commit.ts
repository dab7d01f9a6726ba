/** Owns one group: all its writes in one transaction, then its reads. Must not know of threads. */
import type { StoredSession } from "@roomcast/hub";

import type { FlushGate } from "./flush-gate.ts";
import { FIRST_INCARNATION, type Life } from "./rooms-table.ts";
import { faultOf } from "./sqlite-fault.ts";
import type { Tables } from "./tables.ts";
import {
  type Answer,
  CELLS_PER_OUTCOME,
  type Failure,
  type Group,
  isRemoval,
  OUTCOME,
  type PageCells,
  type ReadRequest,
  type RoomWrite,
  type StateWrite,
} from "./writer-messages.ts";

interface Written {
  readonly failure: Failure | undefined;
  readonly outcomes: Float64Array;
  readonly saved: readonly boolean[];
}

/** A draft or a session write: does it, or says false when it cannot be stored for a reason of its own. */
type Guard = (write: () => void) => boolean;

const UNGUARDED: Guard = (write) => {
  write();
  return true;
};

export class GroupCommit {
  readonly #tables: Tables;
  readonly #gate: FlushGate | undefined;

  constructor(tables: Tables, gate: FlushGate | undefined) {
    this.#tables = tables;
    this.#gate = gate;
  }

  /** Throws when a flush failed, or on a bug; any other fault is in the answer. */
  run(group: Group): Answer {
    const written = this.#write(group);
    // Reads come last: then they show what is committed and nothing else.
    const pages = group.reads.map((request) => this.#read(() => this.#page(request)));
    const found = group.finds.map((clientId) => this.#read(() => this.#tables.sessions.find(clientId)));
    return { kind: "answer", ...written, pages, found };
  }

  #write(group: Group): Written {
    if (group.drafts.length === 0 && group.sessions.length === 0) return nothingWritten(undefined);
    const atOnce = this.#attempt(group, UNGUARDED);
    if (atOnce !== undefined) return atOnce;
    // Only now is each write made to fail alone: it would cost every group.
    const oneByOne = this.#attempt(group, (write) => this.#alone(write));
    if (oneByOne === undefined)
      throw new Error("a write failed by itself, outside of its part of the transaction");
    return oneByOne;
  }

  /** Returns undefined, with nothing written, when a write cannot be stored for a reason of its own. */
  #attempt(group: Group, guard: Guard): Written | undefined {
    try {
      return this.#tables.transaction.run(
        () => ({
          failure: undefined,
          outcomes: this.#append(group.drafts, guard),
          saved: group.sessions.map((write) => guard(() => this.#keep(write))),
        }),
        () => this.#gate?.pass(),
      );
    } catch (error) {
      this.#tables.rooms.forget();
      const fault = faultOf(error);
      if (fault.kind === "flush") throw error;
      return fault.kind === "own" ? undefined : nothingWritten(fault.failure);
    }
  }

  #alone(write: () => void): boolean {
    try {
      this.#tables.transaction.part(write);
      return true;
    } catch (error) {
      if (faultOf(error).kind !== "own") throw error;
      this.#tables.rooms.forget();
      return false;
    }
  }

  #append(drafts: readonly RoomWrite[], guard: Guard): Float64Array {
    const outcomes = new Float64Array(drafts.length * CELLS_PER_OUTCOME);
    /** What comes behind a refused event of its room is refused too, else it would overtake it. */
    const blocked = new Set<string>();
    for (const [index, draft] of drafts.entries()) {
      const at = index * CELLS_PER_OUTCOME;
      if (!blocked.has(draft[0]) && guard(() => this.#appendOne(draft, outcomes, at))) continue;
      blocked.add(draft[0]);
      outcomes[at] = OUTCOME.refused;
    }
    return outcomes;
  }

  #appendOne(write: RoomWrite, outcomes: Float64Array, at: number): void {
    const { rooms, events, dedupe } = this.#tables;
    if (isRemoval(write)) {
      const sequence = this.#tables.sequence.next();
      outcomes.set([OUTCOME.appended, 0, 0, rooms.renew(write[0], sequence).incarnation, sequence], at);
      return;
    }
    const [name, ...cells] = write;
    const [, data, id, , user, , time] = cells;
    const room = rooms.enter(name);
    const offset = room.top + 1;
    const known = (life: Life): boolean => {
      const original = dedupe.find(life.id, user, id);
      if (original !== undefined)
        outcomes.set([OUTCOME.duplicate, original.offset, original.time, life.incarnation, 0], at);
      return original !== undefined;
    };
    if (room.earlier.some(known)) return;
    if (!dedupe.take(room.id, user, id, { offset, time })) {
      known(room);
      return;
    }
    const sequence = this.#tables.sequence.next();
    const totalBytes = room.topBytes + Buffer.byteLength(data);
    events.insert(room.id, offset, cells, { sequence, totalBytes });
    rooms.raiseTop(name, offset, totalBytes);
    outcomes.set([OUTCOME.appended, offset, time, room.incarnation, sequence], at);
  }

  #keep(write: StateWrite): void {
    const { sessions, sanctions } = this.#tables;
    switch (write.kind) {
      case "save":
        sessions.save(write.cells);
        break;
      case "remove":
        sessions.remove(write.clientId);
        break;
      case "removeUser":
        sessions.removeUser(write.user);
        break;
      case "impose":
        sanctions.impose(write.sanction);
        break;
      case "lift":
        sanctions.lift(write.key);
    }
  }

  #page(request: ReadRequest): PageCells {
    const room = this.#tables.rooms.find(request.room);
    if (room !== undefined) return this.#tables.events.page(room, request);
    return { incarnation: FIRST_INCARNATION, floor: 0, goneSequence: 0, top: 0, events: [], more: false };
  }

  #read<Value extends PageCells | StoredSession>(read: () => Value | undefined): Value | undefined {
    try {
      return read();
    } catch (error) {
      // A damaged page may still have the form of a row, with text that is no JSON.
      if (!(error instanceof SyntaxError) && faultOf(error).kind === "flush") throw error;
      return undefined;
    }
  }
}

const nothingWritten = (failure: Failure | undefined): Written => ({
  failure,
  outcomes: new Float64Array(0),
  saved: [],
});
