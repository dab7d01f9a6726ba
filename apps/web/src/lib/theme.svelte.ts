/** Owns whether the page is light or dark; public/theme.js repeats the choice before the first paint. */
import { recall, remember } from "./storage.ts";

export const THEMES = ["light", "dark", "system"] as const;
export type ThemeChoice = (typeof THEMES)[number];

const KEY = "theme";
/** The bars of a phone's browser, in the colour of the ground (tokens.css). */
const GROUND = { light: "#f3f2ee", dark: "#141517" } as const;

const isChoice = (text: string | undefined): text is ThemeChoice => THEMES.some((theme) => theme === text);

export class Theme {
  #choice = $state<ThemeChoice>("system");

  constructor() {
    const choice = recall(KEY);
    if (isChoice(choice)) this.choose(choice);
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    remember(KEY, choice === "system" ? undefined : choice);
    const root = document.documentElement;
    if (choice === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = choice;
    for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
      const own = meta.media.includes("dark") ? "dark" : "light";
      meta.content = GROUND[choice === "system" ? own : choice];
    }
  }
}
