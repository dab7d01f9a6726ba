/** Owns the means of telling the history of a run otherwise than it was. Must not know which rule that breaks. */
import type { FinalEvent, FinalLog, History } from "../src/testing/history/history.ts";
import type { Observation } from "../src/testing/history/observation.ts";
import type { SeededRandom } from "../src/testing/seeded-random.ts";

export type Of<Kind extends Observation["kind"]> = Extract<Observation, { kind: Kind }>;
export type Delivery = Of<"deliver">;

export const isDelivery = (seen: Observation): seen is Delivery => seen.kind === "deliver";

export function oneOf<Item>(random: SeededRandom, items: readonly Item[], what: string): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error(`the run has no ${what}`);
  return item;
}

export const replaced = (history: History, from: Observation, to: readonly Observation[]): History => ({
  ...history,
  observations: history.observations.flatMap((seen) => (seen === from ? to : [seen])),
});

export const without = (history: History, gone: (seen: Observation) => boolean): History => ({
  ...history,
  observations: history.observations.filter((seen) => !gone(seen)),
});

export const relogged = (history: History, room: string, change: (log: FinalLog) => FinalLog): History => ({
  ...history,
  logs: history.logs.map((log) => (log.room === room ? change(log) : log)),
});

export const logOf = ({ logs }: History, room: string): FinalLog =>
  logs.find((log) => log.room === room) as FinalLog;

export const isKept = ({ epoch, floor }: FinalLog, position: { epoch: string; offset: number }): boolean =>
  position.epoch === epoch && position.offset > floor;

/** Deliveries of the epoch that the log ends with, of events that it still keeps. */
export const kept = (history: History): Delivery[] =>
  history.observations.filter(isDelivery).filter((seen) => isKept(logOf(history, seen.room), seen));

const samePlace = (a: { room: string; epoch: string; offset: number }, b: Observation): boolean =>
  isDelivery(b) && a.room === b.room && a.epoch === b.epoch && a.offset === b.offset;

export const acksOf = ({ observations }: History): Of<"ok">[] =>
  observations.filter((seen) => seen.kind === "ok");

/** A delivery, and the name of another event of its room. */
export function mixedUp(
  history: History,
  random: SeededRandom,
): { readonly at: Delivery; readonly other: Omit<FinalEvent, "offset"> } {
  const deliveries = kept(history);
  const at = oneOf(random, deliveries, "delivery");
  const others = deliveries.filter(({ room, id }) => room === at.room && id !== at.id);
  const { sender, id } = oneOf(random, others, "other event");
  return { at, other: { sender, id } };
}

/** Puts another name at a position, for the log and for whoever was told of it. */
export function renamed(
  history: History,
  at: Delivery,
  name: { readonly sender: string; readonly id: string },
  who: (seen: Delivery) => boolean,
): History {
  const observations = history.observations.map((seen) =>
    isDelivery(seen) && samePlace(at, seen) && who(seen) ? { ...seen, ...name } : seen,
  );
  return { ...history, observations };
}

export const relabelled = (
  history: History,
  room: string,
  offset: number,
  name: Omit<FinalEvent, "offset">,
): History =>
  relogged(history, room, (log) => ({
    ...log,
    events: log.events.map((event) => (event.offset === offset ? { offset, ...name } : event)),
  }));

/** An event once more, at the end of the log, and every reader is told. */
export function appended(
  history: History,
  room: string,
  name: { readonly sender: string; readonly id: string },
): History {
  const log = logOf(history, room);
  const offset = log.top + 1;
  const readers = new Set(history.observations.filter(isDelivery).map(({ reader }) => reader));
  const told = [...readers].map((reader): Delivery => ({
    kind: "deliver",
    reader,
    room,
    epoch: log.epoch,
    offset,
    ...name,
  }));
  const longer = relogged(history, room, () => ({
    ...log,
    top: offset,
    events: [...log.events, { offset, ...name }],
  }));
  return { ...longer, observations: [...longer.observations, ...told] };
}

/** Gaps that name trimmed events, of which the last is one that the reader would have wanted. */
export const trimmedGaps = (history: History): Of<"gap">[] => {
  const owed = new Map(
    acksOf(history).map(({ room, id, position }) => [
      JSON.stringify([room, position.epoch, position.offset]),
      id,
    ]),
  );
  const ownSilent = new Set(
    history.observations.flatMap((seen) =>
      seen.kind === "invoke" && !seen.echo ? [`${seen.client} ${seen.id}`] : [],
    ),
  );
  return history.observations
    .filter((seen) => seen.kind === "gap")
    .filter(({ reader, room, to, position }) => {
      const id = owed.get(JSON.stringify([room, position.epoch, to]));
      return id !== undefined && !ownSilent.has(`${reader} ${id}`);
    });
};
