/** Owns where in the inspector one is, as the address bar says it. Links and Back work. */
import { type Section, type Where, whereOf } from "./place.ts";

export class Place {
  #where = $state.raw<Where>(whereOf(location.hash));

  constructor() {
    addEventListener("popstate", this.#read);
  }

  get section(): Section {
    return this.#where.section;
  }

  get item(): string | undefined {
    return this.#where.item;
  }

  go(hash: string): void {
    if (hash !== location.hash) history.pushState(null, "", hash);
    this.#read();
  }

  end(): void {
    removeEventListener("popstate", this.#read);
  }

  readonly #read = (): void => {
    this.#where = whereOf(location.hash);
  };
}
