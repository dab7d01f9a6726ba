/**
 * Owns runs that keep every promise, made from a seed: publishers of every fate, readers that come late, go away and come
 * back, a log that is trimmed and that once loses its tail. What the history checker must find nothing in.
 */
import type { FinalEvent, History } from "../src/testing/history/history.ts";
import type { Observation } from "../src/testing/history/observation.ts";
import { SeededRandom } from "../src/testing/seeded-random.ts";

const STEPS = 260;
const ROOMS = ["red", "blue"] as const;
const CLIENTS = ["ann", "bob", "cyd"] as const;
const LATE_HISTORY = 5;

interface Log {
  readonly room: string;
  epoch: number;
  floor: number;
  readonly events: FinalEvent[];
}

interface Reader {
  readonly name: string;
  readonly log: Log;
  online: boolean;
  epoch: number;
  offset: number;
  readonly had: Set<string>;
}

export class ValidRun {
  readonly observations: Observation[] = [];
  readonly #random: SeededRandom;
  readonly #logs = ROOMS.map((room): Log => ({ room, epoch: 1, floor: 0, events: [] }));
  readonly #readers: Reader[] = [];
  readonly #silent = new Set<string>();
  readonly #acked = new Set<string>();
  #published = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    for (const log of this.#logs) for (const name of CLIENTS) this.#arrive(name, log, 300);
    for (let step = 0; step < STEPS; step++) this.#step(step);
    for (const reader of this.#readers) if (!reader.online) this.#return(reader);
  }

  get history(): History {
    const logs = this.#logs.map((log) => ({
      room: log.room,
      epoch: epochOf(log),
      floor: log.floor,
      top: topOf(log),
      events: log.events.map((event) => ({ ...event })),
    }));
    return { observations: this.observations, logs };
  }

  #step(step: number): void {
    const log = this.#random.pick(this.#logs as [Log, ...Log[]]);
    const chance = this.#random.fraction();
    if (step === STEPS / 4) this.#loseTail(log);
    else if (step === (STEPS * 3) / 4) this.#strand();
    else if (step === (STEPS * 9) / 10)
      for (const each of this.#logs) this.#arrive("late", each, LATE_HISTORY);
    else if (chance < 0.6) this.#publish(log);
    else if (chance < 0.8) this.#toggle();
    else if (chance < 0.83 && log.events.length > 15) this.#trim(log, 1 + this.#random.below(8));
    else this.#publish(log);
  }

  #publish(log: Log): void {
    const client = this.#random.pick(CLIENTS);
    const key = { room: log.room, sender: `user-${client}`, id: `m${this.#published++}` };
    const echo = this.#random.fraction() < 0.8;
    const fate = this.#random.fraction();
    this.observations.push({ kind: "invoke", client, echo, ...key });
    if (!echo) this.#silent.add(`${client} ${key.id}`);
    if (fate < 0.1) {
      this.observations.push({ kind: "fail", code: "overloaded", ...key });
      return;
    }
    const kept = fate < 0.9;
    if (kept) {
      log.events.push({ offset: topOf(log) + 1, sender: key.sender, id: key.id });
      for (const reader of this.#readers) if (reader.log === log && reader.online) this.#catchUp(reader);
    }
    if (!kept || fate > 0.8) this.observations.push({ kind: "unknown", ...key });
    else {
      this.#acked.add(key.id);
      this.observations.push({ kind: "ok", ...key, position: positionOf(log) });
    }
  }

  #arrive(name: string, log: Log, history: number): void {
    const { room } = log;
    this.observations.push({ kind: "begin", reader: name, room, after: null, history });
    const offset = Math.max(log.floor, topOf(log) - history);
    const reader = { name, log, online: true, epoch: log.epoch, offset, had: new Set<string>() };
    this.#readers.push(reader);
    this.#catchUp(reader);
    this.observations.push({ kind: "joined", reader: name, room, position: positionOf(log) });
  }

  #toggle(): void {
    const reader = this.#readers[this.#random.below(this.#readers.length)];
    if (reader === undefined) return;
    if (reader.online) reader.online = false;
    else this.#return(reader);
  }

  #return(reader: Reader): void {
    const { name, log, epoch, offset } = reader;
    const told = { reader: name, room: log.room, position: positionOf(log) };
    reader.online = true;
    if (epoch !== log.epoch) {
      this.observations.push({ kind: "gap", reason: "store_lost_tail", from: null, to: null, ...told });
      reader.epoch = log.epoch;
      reader.offset = log.floor;
    } else if (offset < log.floor) {
      this.observations.push({ kind: "gap", reason: "trimmed", from: offset + 1, to: log.floor, ...told });
      reader.offset = log.floor;
    }
    this.#catchUp(reader);
    this.observations.push({ kind: "joined", ...told });
  }

  /** Somebody is away until what was said meanwhile is trimmed in part. */
  #strand(): void {
    const [reader] = this.#readers;
    if (reader === undefined) return;
    if (!reader.online) this.#return(reader);
    reader.online = false;
    for (let count = 0; count < 30; count++) this.#publish(reader.log);
    let last: FinalEvent | undefined;
    do last = this.#trim(reader.log, 1);
    while (
      last.offset < reader.offset + 3 ||
      !this.#acked.has(last.id) ||
      this.#silent.has(`${reader.name} ${last.id}`)
    );
    this.#return(reader);
  }

  #catchUp(reader: Reader): void {
    const { name, log, had } = reader;
    for (const { offset, sender, id } of log.events) {
      if (offset <= reader.offset) continue;
      reader.offset = offset;
      if (had.has(id) || this.#silent.has(`${name} ${id}`)) continue;
      had.add(id);
      const place = { epoch: epochOf(log), offset };
      this.observations.push({ kind: "deliver", reader: name, room: log.room, ...place, sender, id });
    }
  }

  /** @returns the last event that is gone. */
  #trim(log: Log, count: number): FinalEvent {
    const last = log.events.splice(0, count).at(-1);
    if (last === undefined) throw new Error("nothing to trim");
    log.floor = last.offset;
    return last;
  }

  /** As after a power cut at `process`: what is left goes on under a new epoch. */
  #loseTail(log: Log): void {
    log.events.splice(-3);
    log.epoch += 1;
    for (const reader of this.#readers) if (reader.log === log && reader.online) this.#return(reader);
  }
}

const topOf = ({ events, floor }: Log): number => events.at(-1)?.offset ?? floor;
const epochOf = ({ epoch }: Log): string => `k${epoch}`;
const positionOf = (log: Log): { epoch: string; offset: number } => ({
  epoch: epochOf(log),
  offset: topOf(log),
});
