/** Owns the smallest thing that behaves like a room log, and random runs that compare a real one with it. */
import { JsonText } from "@roomcast/protocol";
import { expect } from "vitest";

import type { Appended, Draft, KeptEvent, Page, ReadRange, RoomLog } from "../ports/room-log.ts";
import { append, draftOf, read, SUITE_TIME } from "./log-calls.ts";
import { SeededRandom } from "./seeded-random.ts";

const ROUNDS = 25;
const ROOMS = ["a", "b", "__proto__"] as const;
const USERS = ["ann", "bob", "\u0000"] as const;

/** Takes every draft at once; a page is computed from the events alone. */
class LogModel {
  readonly #events: KeptEvent[] = [];

  events(room: string): KeptEvent[] {
    return this.#events.filter((event) => event.room === room);
  }

  append(draft: Draft, epoch: string): Appended {
    const events = this.events(draft.room);
    const known = events.find(({ id, from }) => id === draft.id && from.user === draft.from.user);
    const kept = known ?? { ...draft, epoch, offset: events.length + 1, sequence: this.#events.length + 1 };
    if (known === undefined) this.#events.push(kept);
    return { position: { epoch, offset: kept.offset }, time: kept.time, duplicate: known !== undefined };
  }

  /** As it was when the room's top was `top`. */
  page(
    room: string,
    top: number,
    { after, before = Infinity, limit }: ReadRange,
  ): Pick<Page, "events" | "more"> {
    const within = this.events(room).filter(
      ({ offset }) => offset <= top && offset > (after ?? 0) && offset < before,
    );
    const events =
      after === undefined ? within.slice(Math.max(0, within.length - limit)) : within.slice(0, limit);
    return { events, more: events.length < within.length };
  }
}

/** Appends and reads at random, many at once. Data is small, so that no page ends by its bytes. */
export async function checkAgainstModel(log: RoomLog, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const model = new LogModel();
  const heard: KeptEvent[] = [];
  log.onAppended((event) => heard.push(event));
  const epochs = new Map<string, string>();
  for (const room of ROOMS) epochs.set(room, (await read(log, room, { limit: 0 })).epoch);

  for (let round = 0; round < ROUNDS; round++) {
    const checks: Promise<void>[] = [];
    for (let call = random.below(40); call >= 0; call--) {
      const room = random.pick(ROOMS);
      if (random.fraction() < 0.7) {
        const draft = draftOf(room, `id-${random.below(120)}`, {
          from: { clientId: random.id(), user: random.pick(USERS), name: "" },
          data: JsonText.of(random.fraction()),
          time: SUITE_TIME + random.below(1_000),
        });
        const expected = model.append(draft, epochs.get(room) ?? "");
        checks.push(append(log, draft).then((placed) => expect(placed).toEqual(expected)));
      } else {
        const range = rangeOf(random);
        const settled = heard.filter((event) => event.room === room).length;
        checks.push(read(log, room, range).then((page) => checkPage(model, room, range, settled, page)));
      }
    }
    await Promise.all(checks);
  }

  for (const room of ROOMS) {
    expect(heard.filter((event) => event.room === room)).toEqual(model.events(room));
  }
}

function checkPage(model: LogModel, room: string, range: ReadRange, settled: number, page: Page): void {
  expect(page.top).toBeGreaterThanOrEqual(settled);
  expect({ events: page.events, more: page.more }).toEqual(model.page(room, page.top, range));
}

function rangeOf(random: SeededRandom): ReadRange {
  const bound = (): number => random.below(150);
  const [after, before] = [random.fraction() < 0.5, random.fraction() < 0.5];
  return {
    ...(after ? { after: bound() } : {}),
    ...(before ? { before: bound() } : {}),
    limit: random.below(30),
  };
}
