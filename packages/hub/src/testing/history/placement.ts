/** Owns which event stands at which position, put together from the final logs, the deliveries and the acks. */
import type { Position } from "@roomcast/protocol";

import { type Finding, type Rule, THE_LOG } from "./finding.ts";
import type { FinalLog, History } from "./history.ts";
import type { EventKey } from "./observation.ts";

export const keyOf = ({ room, sender, id }: EventKey): string => JSON.stringify([room, sender, id]);

const placeOf = (room: string, { epoch, offset }: Position): string => JSON.stringify([room, epoch, offset]);

interface Occupant {
  readonly event: EventKey;
  readonly toldBy: string;
}

export class Placement {
  readonly findings: Finding[] = [];
  readonly #logs: ReadonlyMap<string, FinalLog>;
  readonly #occupants = new Map<string, Occupant>();
  readonly #everAt = new Map<string, EventKey[]>();
  readonly #positions = new Map<string, Position[]>();

  constructor({ observations, logs }: History) {
    this.#logs = new Map(logs.map((log) => [log.room, log]));
    for (const { room, epoch, events } of logs) {
      for (const { offset, sender, id } of events)
        this.#put({ room, sender, id }, { epoch, offset }, THE_LOG, "S4");
    }
    for (const seen of observations)
      if (seen.kind === "deliver") this.#put(seen, seen, `the reader ${seen.reader}`, "S4");
    // Last, so that an ack that differs is the one that is wrong.
    for (const seen of observations) if (seen.kind === "ok") this.#put(seen, seen.position, "an ack", "S7");
  }

  log(room: string): FinalLog | undefined {
    return this.#logs.get(room);
  }

  /** What stands there, as far as anybody was told. */
  at(room: string, position: Position): EventKey | undefined {
    return this.#occupants.get(placeOf(room, position))?.event;
  }

  /** What stands or stood at an offset, in any epoch. */
  everAt(room: string, offset: number): readonly EventKey[] {
    return this.#everAt.get(JSON.stringify([room, offset])) ?? [];
  }

  /** Where an event stands; more than one position is a fault, or another epoch. */
  positions(event: EventKey): readonly Position[] {
    return this.#positions.get(keyOf(event)) ?? [];
  }

  #put({ room, sender, id }: EventKey, { epoch, offset }: Position, toldBy: string, rule: Rule): void {
    const event = { room, sender, id };
    const place = placeOf(room, { epoch, offset });
    const there = this.#occupants.get(place);
    if (there === undefined) {
      const key = keyOf(event);
      if (rule === "S7" && this.#isElsewhere(key, epoch)) {
        const what = `the ack says ${offset}, and the event stands at ${this.#elsewhere(key, epoch).join(", ")}`;
        this.#find(rule, event, toldBy, [offset], [id], what);
        return;
      }
      this.#occupants.set(place, { event, toldBy });
      const offsetOnly = JSON.stringify([room, offset]);
      this.#everAt.set(offsetOnly, [...(this.#everAt.get(offsetOnly) ?? []), event]);
      this.#positions.set(key, [...(this.#positions.get(key) ?? []), { epoch, offset }]);
    } else if (keyOf(there.event) !== keyOf(event)) {
      const what = `${toldBy} has ${id} of ${sender} here, ${there.toldBy} has ${there.event.id} of ${there.event.sender}`;
      this.#find(rule, event, toldBy, [offset], [there.event.id, id], what);
    }
  }

  #isElsewhere(key: string, epoch: string): boolean {
    return this.#elsewhere(key, epoch).length > 0;
  }

  #elsewhere(key: string, epoch: string): number[] {
    const positions = this.#positions.get(key) ?? [];
    return positions.filter((position) => position.epoch === epoch).map(({ offset }) => offset);
  }

  #find(rule: Rule, { room }: EventKey, who: string, offsets: number[], ids: string[], what: string): void {
    this.findings.push({ rule, room, who, offsets, ids, what });
  }
}
