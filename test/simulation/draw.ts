/** Owns what a run draws by chance, in the words of its scene. */
import type { SeededRandom } from "@roomcast/hub/testing";

import type { Direction } from "./line.ts";
import type { Scene } from "./scene.ts";
import type { SimulatedMember } from "./simulated-member.ts";

export class Draw {
  readonly random: SeededRandom;
  readonly #scene: Pick<Scene, "members" | "rooms">;

  constructor(random: SeededRandom, scene: Pick<Scene, "members" | "rooms">) {
    this.random = random;
    this.#scene = scene;
  }

  get member(): SimulatedMember {
    return this.random.pick(this.#scene.members);
  }

  get room(): string {
    return this.random.pick(this.#scene.rooms);
  }

  get direction(): Direction {
    return this.random.pick(["up", "down"]);
  }

  get oftenOne(): number {
    return this.random.pick([1, 1, 1, 2, 5, 20]);
  }

  /** Short more often than long. */
  ms(max: number): number {
    return Math.floor(max * this.random.fraction() ** 3);
  }
}
