/** Owns which language the app speaks. English is always there; another one is loaded when it is wanted. */
import { recall, remember } from "../lib/storage.ts";
import { en, type Texts } from "./en.ts";

const KEY = "language";

/** By tag, in the order of the choice. */
export const LANGUAGES: ReadonlyMap<string, { readonly name: string; readonly load: () => Promise<Texts> }> =
  new Map([
    ["en", { name: "English", load: async () => en }],
    ["de", { name: "Deutsch", load: async () => (await import("./de.ts")).de }],
  ]);

class Language {
  #texts = $state.raw<Texts>(en);

  get texts(): Texts {
    return this.#texts;
  }

  /** What was chosen, else the first of the browser's languages that there is. Resolves before the first paint is worth it. */
  async begin(): Promise<void> {
    const wanted = [recall(KEY), ...navigator.languages.map((tag) => tag.slice(0, 2))];
    await this.#speak(wanted.find((tag) => tag !== undefined && LANGUAGES.has(tag)) ?? "en");
  }

  async choose(tag: string): Promise<void> {
    remember(KEY, tag);
    await this.#speak(tag);
  }

  async #speak(tag: string): Promise<void> {
    const texts = await LANGUAGES.get(tag)?.load();
    if (texts === undefined) return;
    this.#texts = texts;
    document.documentElement.lang = texts.tag;
  }
}

export const language = new Language();

/** The words in the language of the moment; a template that reads them follows a change. */
export const t = (): Texts => language.texts;
