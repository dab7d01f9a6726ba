/** Owns the lies that are planted into a run that was true, each with the rule that it breaks. */
import type { Rule } from "../src/testing/history/finding.ts";
import type { History } from "../src/testing/history/history.ts";
import type { Observation } from "../src/testing/history/observation.ts";
import type { SeededRandom } from "../src/testing/seeded-random.ts";
import {
  acksOf,
  appended,
  type Delivery,
  isDelivery,
  isKept,
  kept,
  logOf,
  mixedUp,
  type Of,
  oneOf,
  relabelled,
  relogged,
  renamed,
  replaced,
  trimmedGaps,
  without,
} from "./lying.ts";

export interface Mutation {
  readonly name: string;
  readonly breaks: Rule;
  /** A run that holds nothing to lie about is a bug of the run's maker. */
  readonly plant: (history: History, random: SeededRandom) => History;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "a delivery is lost",
    breaks: "S1",
    plant(history, random) {
      const lost = oneOf(random, kept(history), "delivery");
      return without(history, (seen) => seen === lost);
    },
  },
  {
    name: "the last delivery of a reader is lost",
    breaks: "S1",
    plant(history, random) {
      const last = kept(history).filter(({ room, offset }) => offset === logOf(history, room).top);
      const lost = oneOf(random, last, "last delivery");
      return without(history, (seen) => seen === lost);
    },
  },
  {
    name: "nobody is told of an acked event, and the log has lost it",
    breaks: "S1",
    plant(history, random) {
      const tops = acksOf(history).filter(({ room, position }) => isKept(logOf(history, room), position));
      const { room, position, id } = oneOf(random, tops, "ack");
      const gone = (event: { offset: number }): boolean => event.offset >= position.offset;
      const silent = without(
        history,
        (seen) => isDelivery(seen) && seen.room === room && seen.epoch === position.epoch && gone(seen),
      );
      const log = logOf(history, room);
      const events = log.events.filter((event) => !gone(event) && event.id !== id);
      return relogged(silent, room, () => ({
        ...log,
        events,
        top: Math.max(log.floor, position.offset - 1),
      }));
    },
  },
  {
    name: "the first event of a newcomer's page is missing",
    breaks: "S1",
    plant(history, random) {
      const first = new Map<string, Delivery>();
      for (const seen of kept(history)) {
        if (seen.reader === "late" && !first.has(seen.room)) first.set(seen.room, seen);
      }
      const paged = [...first.values()].filter((seen) => {
        const joined = history.observations.findIndex(
          (each) => each.kind === "joined" && each.reader === "late" && each.room === seen.room,
        );
        return history.observations.indexOf(seen) < joined;
      });
      const lost = oneOf(random, paged, "page");
      return without(history, (seen) => seen === lost);
    },
  },
  {
    name: "a delivery comes twice",
    breaks: "S2",
    plant(history, random) {
      const twice = oneOf(random, kept(history), "delivery");
      return replaced(history, twice, [twice, { ...twice }]);
    },
  },
  {
    name: "an event is told again in a new epoch",
    breaks: "S2",
    plant(history, random) {
      const { observations } = history;
      const gaps = observations.filter((seen) => seen.kind === "gap" && seen.from === null) as Of<"gap">[];
      const again = gaps.flatMap((gap) => {
        const before = observations.slice(0, observations.indexOf(gap)).filter(isDelivery);
        return before
          .filter(({ reader, room }) => reader === gap.reader && room === gap.room)
          .map((had) => ({ gap, had }));
      });
      const { gap, had } = oneOf(random, again, "event before a new epoch");
      return replaced(history, gap, [gap, { ...had, epoch: gap.position.epoch }]);
    },
  },
  {
    name: "two deliveries are swapped",
    breaks: "S3",
    plant(history, random) {
      const deliveries = kept(history);
      const pairs = deliveries.flatMap((first) => {
        const next = deliveries.find(
          (each) =>
            each.reader === first.reader && each.room === first.room && each.offset === first.offset + 1,
        );
        return next === undefined ? [] : [{ first, next }];
      });
      const { first, next } = oneOf(random, pairs, "pair");
      const observations = history.observations.map((seen) =>
        seen === first ? next : seen === next ? first : seen,
      );
      return { ...history, observations };
    },
  },
  {
    name: "the log has a hole",
    breaks: "S3",
    plant(history, random) {
      const { room, offset } = oneOf(random, kept(history), "delivery");
      return relogged(history, room, (log) => ({
        ...log,
        events: log.events.filter((event) => event.offset !== offset),
      }));
    },
  },
  {
    name: "a new epoch begins, and no gap tells",
    breaks: "S3",
    plant(history, random) {
      const { observations } = history;
      const gaps = observations.filter((seen) => seen.kind === "gap" && seen.from === null) as Of<"gap">[];
      const heard = gaps.filter(
        ({ reader, room, position }) =>
          [...observations].some(
            (seen) =>
              isDelivery(seen) &&
              seen.reader === reader &&
              seen.room === room &&
              seen.epoch === position.epoch,
          ) &&
          [...observations].some(
            (seen) =>
              isDelivery(seen) &&
              seen.reader === reader &&
              seen.room === room &&
              seen.epoch !== position.epoch,
          ),
      );
      const untold = oneOf(random, heard, "new epoch");
      return without(history, (seen) => seen === untold);
    },
  },
  {
    name: "a reader is not told that events were trimmed",
    breaks: "S1",
    plant(history, random) {
      const untold = oneOf(random, trimmedGaps(history), "trimmed gap");
      return without(history, (seen) => seen === untold);
    },
  },
  {
    name: "a gap leaves out its last missing event",
    breaks: "S1",
    plant(history, random) {
      const gap = oneOf(random, trimmedGaps(history), "trimmed gap");
      return replaced(history, gap, [{ ...gap, to: (gap.to ?? 0) - 1 }]);
    },
  },
  {
    name: "a gap takes in an event that is kept",
    breaks: "S1",
    plant(history, random) {
      const present = trimmedGaps(history).filter(
        ({ room, position }) => position.epoch === logOf(history, room).epoch,
      );
      const gap = oneOf(random, present, "trimmed gap");
      return replaced(history, gap, [{ ...gap, to: logOf(history, gap.room).floor + 1 }]);
    },
  },
  {
    name: "an offset is used again: one reader has another event there",
    breaks: "S4",
    plant(history, random) {
      const { at, other } = mixedUp(history, random);
      return renamed(history, at, other, (seen) => seen === at);
    },
  },
  {
    name: "an offset is used again: the log has another event there than the readers",
    breaks: "S4",
    plant(history, random) {
      const { at, other } = mixedUp(history, random);
      return relabelled(history, at.room, at.offset, other);
    },
  },
  {
    name: "an event is invented",
    breaks: "S5",
    plant(history, random) {
      const at = oneOf(random, kept(history), "delivery");
      const name = { sender: at.sender, id: "never published" };
      return relabelled(
        renamed(history, at, name, () => true),
        at.room,
        at.offset,
        name,
      );
    },
  },
  {
    name: "an event that was refused is delivered",
    breaks: "S5",
    plant(history, random) {
      const refused = history.observations.filter((seen) => seen.kind === "fail");
      const { room, sender, id } = oneOf(random, refused, "refusal");
      return appended(history, room, { sender, id });
    },
  },
  {
    name: "two events of one publisher change places, for everybody",
    breaks: "S6",
    plant(history, random) {
      const acks = acksOf(history).filter(
        ({ room, position }) => position.epoch === logOf(history, room).epoch,
      );
      const silent = new Set(
        history.observations.flatMap((seen) => (seen.kind === "invoke" && !seen.echo ? [seen.id] : [])),
      );
      const mine = acks.filter(({ id }) => !silent.has(id));
      const pairs = mine.flatMap((first, index) => {
        const next = mine
          .slice(index + 1)
          .find(({ room, sender }) => room === first.room && sender === first.sender);
        return next === undefined ? [] : [{ first, next }];
      });
      const { first, next } = oneOf(random, pairs, "pair");
      const other = (id: string): string => (id === first.id ? next.id : id === next.id ? first.id : id);
      const observations = history.observations.map((seen): Observation => {
        if (isDelivery(seen) && seen.room === first.room) return { ...seen, id: other(seen.id) };
        if (seen === first) return { ...seen, position: next.position };
        return seen === next ? { ...seen, position: first.position } : seen;
      });
      return relogged({ ...history, observations }, first.room, (log) => ({
        ...log,
        events: log.events.map((event) => ({ ...event, id: other(event.id) })),
      }));
    },
  },
  {
    name: "an ack names another offset than the delivery",
    breaks: "S7",
    plant(history, random) {
      const acks = acksOf(history).filter(({ room, position }) => isKept(logOf(history, room), position));
      const ack = oneOf(random, acks, "ack");
      const { epoch, offset } = ack.position;
      return replaced(history, ack, [
        { ...ack, position: { epoch, offset: offset + 1 + random.below(1_000) } },
      ]);
    },
  },
  {
    name: "an event whose ack is unknown is kept twice",
    breaks: "S8",
    plant(history, random) {
      const unknown = history.observations.filter(({ kind }) => kind === "unknown") as Of<"unknown">[];
      const there = unknown.filter(({ room, id }) =>
        logOf(history, room).events.some((event) => event.id === id),
      );
      const { room, sender, id } = oneOf(random, there, "unknown event that is kept");
      return appended(history, room, { sender, id });
    },
  },
];
