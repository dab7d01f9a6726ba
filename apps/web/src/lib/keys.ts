/** Owns which key does what: one table for those who press them and for those who look them up. */
import type { Texts } from "../texts/en.ts";
import { t } from "../texts/language.svelte.ts";

export type PageKey = "switch" | "search" | "help" | "jump";

interface Shortcut {
  /** Each a key or a combination, as it is written on the keyboard; Mod is Cmd on a Mac and Ctrl elsewhere. */
  readonly keys: readonly string[];
  readonly does: Exclude<keyof Texts["keys"], "label" | "inMessage" | "inBox" | "anywhere">;
}

export const shortcuts: readonly {
  readonly where: "anywhere" | "inBox" | "inMessage";
  readonly list: readonly Shortcut[];
}[] = [
  {
    where: "anywhere",
    list: [
      { keys: ["Mod+K"], does: "switch" },
      { keys: ["Mod+Shift+F"], does: "search" },
      { keys: ["?", "Mod+/"], does: "help" },
      { keys: ["Mod+End"], does: "jump" },
    ],
  },
  {
    where: "inBox",
    list: [
      { keys: ["Enter"], does: "send" },
      { keys: ["Shift+Enter"], does: "break" },
      { keys: ["↑"], does: "editLast" },
      { keys: ["Esc"], does: "escape" },
    ],
  },
  {
    where: "inMessage",
    list: [
      { keys: ["↑", "↓"], does: "stream" },
      { keys: ["+"], does: "react" },
      { keys: ["R"], does: "reply" },
      { keys: ["E"], does: "edit" },
      { keys: ["L"], does: "link" },
      { keys: ["Delete"], does: "delete" },
      { keys: ["Esc"], does: "back" },
    ],
  },
];

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "target">;

/** What a key does wherever one is; `?` alone is a question mark to whoever writes. */
export function pageKeyOf({ key, ctrlKey, metaKey, altKey, shiftKey, target }: Press): PageKey | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) {
    // A letter is a capital where Caps Lock is on.
    const pressed = key.toLowerCase();
    if (shiftKey) return ({ f: "search", "?": "help" } as const)[pressed];
    return ({ k: "switch", "/": "help", end: "jump" } as const)[pressed];
  }
  return key === "?" && !isWriting(target) ? "help" : undefined;
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;

/** The button of a message that a key presses. */
const MESSAGE_KEYS: ReadonlySet<string> = new Set(["+", "r", "e", "Delete", "l"]);

/** @returns whether the key was for the message. */
export function pressMessageKey({ key, ctrlKey, metaKey, altKey, target }: Press): boolean {
  if (ctrlKey || metaKey || altKey || !(target instanceof HTMLElement) || target.tagName !== "ARTICLE")
    return false;
  if (!MESSAGE_KEYS.has(key)) return false;
  target.querySelector<HTMLElement>(`[data-key="${key}"]`)?.click();
  return true;
}

/** As this keyboard has it, in the language of the app. */
export function keyNames(combination: string, isMac = navigator.platform.startsWith("Mac")): string[] {
  // The sign that joins keys is a key as well.
  const keys = combination === "+" ? ["+"] : combination.split("+");
  return keys.map((key) => (key === "Mod" ? (isMac ? "⌘" : t().keyboard["Ctrl"]) : t().keyboard[key]) ?? key);
}
