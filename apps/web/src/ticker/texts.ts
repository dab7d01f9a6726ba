/** Owns the ticker's words in the language of the moment; they come with the ticker. */
import { language } from "../texts/language.svelte.ts";
import { en } from "./texts/en.ts";

const table = language.table(en, { de: async () => (await import("./texts/de.ts")).de });
await table.ready;

export const t = table.words;
