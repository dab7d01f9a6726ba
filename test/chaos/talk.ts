/** Owns what is said in a chaos run: who publishes what and when, all of it from the seed. */
import type { SeededRandom } from "@roomcast/hub/testing";

import type { Member } from "./member.ts";
import { LARGE_BYTES, LARGE_ROOM } from "./text.ts";

const MAX_PENDING = 40;

export class Talk {
  readonly #members: readonly Member[];
  readonly #rooms: readonly string[];
  readonly #random: SeededRandom;
  #said = 0;

  constructor(members: readonly Member[], rooms: readonly string[], random: SeededRandom) {
    this.#members = members;
    this.#rooms = rooms;
    this.#random = random;
  }

  /** Somebody says something, perhaps several things at once; who waits for too much is silent. */
  turn(large = false): void {
    const member = this.#oneOf(this.#members);
    if (member.pending > MAX_PENDING) return;
    for (let count = 1 + this.#random.below(6); count > 0; count--)
      this.#say(member, large ? LARGE_ROOM : this.#oneOf(this.#rooms));
  }

  /** Everybody says something, everywhere. */
  burst(): void {
    for (const member of this.#members) for (const room of this.#rooms) this.#say(member, room);
  }

  #say(member: Member, room: string): void {
    this.#said += 1;
    member.publish({
      id: `${member.name}-${this.#said}`,
      room,
      echo: this.#random.fraction() < 0.8,
      padding: room === LARGE_ROOM ? LARGE_BYTES : this.#random.below(120),
    });
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    const item = items[this.#random.below(items.length)];
    if (item === undefined) throw new Error("nobody is there");
    return item;
  }
}
