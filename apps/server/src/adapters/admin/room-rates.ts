/** Owns how much goes through each room, by the second: of the last whole second, and of no room in which nothing went on. */
import type { PublishedEvent } from "@roomcast/hub";
import type { RoomRate } from "@roomcast/protocol/operators";

const SILENT: RoomRate = { inPerSecond: 0, outPerSecond: 0 };

interface Count {
  events: number;
  sent: number;
}

export class RoomRates {
  #counting = new Map<string, Count>();
  #rates = new Map<string, RoomRate>();

  count({ room, receivers }: PublishedEvent): void {
    let count = this.#counting.get(room);
    if (count === undefined) this.#counting.set(room, (count = { events: 0, sent: 0 }));
    count.events += 1;
    count.sent += receivers;
  }

  /** @param seconds since the last time. */
  next(seconds: number): void {
    this.#rates = new Map(
      [...this.#counting].map(([room, { events, sent }]) => [
        room,
        { inPerSecond: events / seconds, outPerSecond: sent / seconds },
      ]),
    );
    this.#counting = new Map();
  }

  of(room: string): RoomRate {
    return this.#rates.get(room) ?? SILENT;
  }

  /** Rooms in which something went on. */
  rooms(): Iterable<string> {
    return this.#rates.keys();
  }
}
