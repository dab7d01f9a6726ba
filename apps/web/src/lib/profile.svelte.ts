/** Owns what this person calls themselves, remembered for the next visit. */
import { MAX_NAME_LENGTH } from "@roomcast/protocol";

import { recall, remember } from "./storage.ts";

const KEY = "name";

export const tidyName = (name: string): string =>
  name.trim().replace(/\s+/gu, " ").slice(0, MAX_NAME_LENGTH).trim();

export class Profile {
  #name = $state(tidyName(recall(KEY) ?? ""));

  /** Empty until somebody has said it. */
  get name(): string {
    return this.#name;
  }

  rename(name: string): void {
    this.#name = tidyName(name);
    remember(KEY, this.#name === "" ? undefined : this.#name);
  }
}
