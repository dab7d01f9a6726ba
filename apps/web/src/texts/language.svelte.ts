/**
 * Owns which language the app speaks, and that its tables of texts follow: the app's own, and one for each face that is loaded
 * on demand. English comes with the code that says it; another language is loaded when it is wanted.
 */
import { recall, remember } from "../lib/storage.ts";
import { en } from "./en.ts";

const KEY = "language";

/** In the order of the choice, each by its own name. */
const NAMES = { en: "English", de: "Deutsch" } as const;
export type Tag = keyof typeof NAMES;
export const LANGUAGES = Object.entries(NAMES) as readonly (readonly [Tag, string])[];
const isTag = (tag: string | undefined): tag is Tag => tag !== undefined && Object.hasOwn(NAMES, tag);

/** How the texts of a part are had in each language but English. */
type Loads<Words> = Readonly<Record<Exclude<Tag, "en">, () => Promise<Words>>>;

interface Table<Words> {
  /** In the language of the moment; a template that reads them follows a change. */
  readonly words: () => Words;
  /** They can be said in it. */
  readonly ready: Promise<void>;
}

class Language {
  #tag = $state<Tag>("en");
  readonly #loads: ((tag: Tag) => Promise<void>)[] = [];

  get tag(): Tag {
    return this.#tag;
  }

  /** What was chosen, else the first of the browser's languages that there is. Resolves before the first paint is worth it. */
  async begin(): Promise<void> {
    const wanted = [recall(KEY), ...navigator.languages.map((tag) => tag.slice(0, 2))];
    await this.#speak(wanted.find(isTag) ?? "en");
  }

  async choose(tag: Tag): Promise<void> {
    remember(KEY, tag);
    await this.#speak(tag);
  }

  table<Words>(english: Words, loads: Loads<Words>): Table<Words> {
    const known = new Map<Tag, Words>([["en", english]]);
    const load = async (tag: Tag): Promise<void> => {
      if (tag !== "en" && !known.has(tag)) known.set(tag, await loads[tag]());
    };
    this.#loads.push(load);
    return { words: () => known.get(this.#tag) ?? english, ready: load(this.#tag) };
  }

  async #speak(tag: Tag): Promise<void> {
    try {
      await Promise.all(this.#loads.map((load) => load(tag)));
    } catch {
      // The server is away: the language stays what it is until the page is loaded again.
      return;
    }
    this.#tag = tag;
    document.documentElement.lang = tag;
  }
}

export const language = new Language();

/** What the app says. */
export const t = language.table(en, { de: async () => (await import("./de.ts")).de }).words;
