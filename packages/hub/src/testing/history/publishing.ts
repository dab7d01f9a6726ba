/** Owns what must hold of publishers and of the log: S5, S6, S8, and the log's half of S1 and S3. */
import { type Finding, type Rule, THE_LOG } from "./finding.ts";
import type { FinalLog, History } from "./history.ts";
import type { EventKey, Observation } from "./observation.ts";
import { keyOf, type Placement } from "./placement.ts";

type Of<Kind extends Observation["kind"]> = Extract<Observation, { kind: Kind }>;

const of = <Kind extends Observation["kind"]>(observations: readonly Observation[], kind: Kind): Of<Kind>[] =>
  observations.filter((seen): seen is Of<Kind> => seen.kind === kind);

export function checkPublishing({ observations, logs }: History, placement: Placement): Finding[] {
  const findings: Finding[] = [];
  const invoked = of(observations, "invoke");
  const acked = of(observations, "ok");
  const known = new Set(invoked.map(keyOf));
  const refused = new Set(of(observations, "fail").map(keyOf));

  const kept = new Set(logs.flatMap(eventsOf).map(keyOf));

  const find = (rule: Rule, who: string, event: EventKey, offsets: readonly number[], what: string): void => {
    findings.push({ rule, room: event.room, who, offsets, ids: [event.id], what });
  };
  /** Whoever shows an event must not have made it up. */
  const notInvented = (event: EventKey, who: string, offset: number): void => {
    if (!known.has(keyOf(event))) find("S5", who, event, [offset], `${event.sender} never published it`);
    else if (refused.has(keyOf(event)))
      find("S5", who, event, [offset], "its publisher was told that it is not kept");
  };

  for (const log of logs) {
    findings.push(...holesOf(log));
    for (const event of eventsOf(log)) notInvented(event, THE_LOG, event.offset);
    findings.push(...repeatedIn(log));
  }
  for (const event of of(observations, "deliver")) notInvented(event, event.reader, event.offset);

  for (const ack of acked) {
    const { position } = ack;
    const log = placement.log(ack.room);
    notInvented(ack, "an ack", position.offset);
    if (position.epoch === log?.epoch && position.offset > log.floor && !kept.has(keyOf(ack)))
      find("S1", THE_LOG, ack, [position.offset], "it was acked, and the log does not have it");
  }

  findings.push(...outOfOrder(invoked, placement));
  return findings;
}

const eventsOf = ({ room, events }: FinalLog): (EventKey & { readonly offset: number })[] =>
  events.map((event) => ({ room, ...event }));

function holesOf({ room, floor, top, events }: FinalLog): Finding[] {
  const offsets = new Set(events.map(({ offset }) => offset));
  const missing = Array.from({ length: top - floor }, (_, index) => floor + 1 + index).filter(
    (offset) => !offsets.has(offset),
  );
  if (missing.length === 0) return [];
  return [{ rule: "S3", room, who: THE_LOG, offsets: missing, ids: [], what: "the log has no such offsets" }];
}

function repeatedIn(log: FinalLog): Finding[] {
  const offsets = new Map<string, number[]>();
  for (const event of eventsOf(log)) {
    const key = keyOf(event);
    offsets.set(key, [...(offsets.get(key) ?? []), event.offset]);
  }
  return [...offsets]
    .filter(([, places]) => places.length > 1)
    .map(([key, places]) => {
      const [room, sender, id] = JSON.parse(key) as [string, string, string];
      const what = `one event of ${sender} stands there ${places.length} times`;
      return { rule: "S8", room, who: THE_LOG, offsets: places, ids: [id], what };
    });
}

/** In each epoch the events of a client stand in the order in which it published them. */
function outOfOrder(invoked: readonly Of<"invoke">[], placement: Placement): Finding[] {
  const findings: Finding[] = [];
  const last = new Map<string, { readonly offset: number; readonly id: string }>();
  for (const { client, ...event } of invoked) {
    for (const { epoch, offset } of firstPerEpoch(placement, event)) {
      const line = JSON.stringify([client, event.room, epoch]);
      const before = last.get(line);
      if (before !== undefined && offset < before.offset) {
        const what = `published after ${before.id}, and stands before it`;
        const ids = [before.id, event.id];
        findings.push({
          rule: "S6",
          room: event.room,
          who: client,
          offsets: [before.offset, offset],
          ids,
          what,
        });
      } else {
        last.set(line, { offset, id: event.id });
      }
    }
  }
  return findings;
}

function firstPerEpoch(placement: Placement, event: EventKey): { epoch: string; offset: number }[] {
  const first = new Map<string, number>();
  for (const { epoch, offset } of placement.positions(event))
    first.set(epoch, Math.min(offset, first.get(epoch) ?? offset));
  return [...first].map(([epoch, offset]) => ({ epoch, offset }));
}
