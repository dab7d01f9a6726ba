/** Owns the parts of a message as they are drawn, and when the reader of Markdown is loaded: with the first text that needs it. */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "break" }
  | { readonly kind: "strong" | "em" | "del"; readonly children: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] };

export type Block =
  | { readonly kind: "paragraph"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "quote"; readonly children: readonly Block[] }
  | {
      readonly kind: "list";
      readonly start: number | undefined;
      readonly items: readonly (readonly Block[])[];
    };

/** Without any of these signs, a text is a text. */
const MARKED = /[*_~`>[\]\\]|https?:|www\.|^\s*(?:[-+]|\d+[.)])\s/imu;
/** Deeper than anybody quotes or lists; beyond it, reading would cost more than it is worth. */
const TOO_DEEP = /(?:(?:>|[-+*]|\d+[.)])\s*){9}|(?:[*_~[]{2}\s*){9}/u;

class Reader {
  #read = $state.raw<(text: string) => readonly Block[]>();
  #loading: Promise<void> | undefined;

  blocksOf(text: string): readonly Block[] {
    const plain: readonly Block[] = [{ kind: "paragraph", children: [{ kind: "text", text }] }];
    if (!MARKED.test(text) || TOO_DEEP.test(text)) return plain;
    if (this.#read === undefined) void this.load();
    return this.#read?.(text) ?? plain;
  }

  /** A server that is away leaves texts as they were typed; the next one that needs it asks again. */
  load(): Promise<void> {
    return (this.#loading ??= import("./markdown.ts").then(
      ({ readMarkdown }) => void (this.#read = readMarkdown),
      () => (this.#loading = undefined),
    ));
  }
}

/** The words of a text in one line, for where there is no room for more. */
export const gist = (text: string): string =>
  text
    .replaceAll(/^\s*(?:```\w*|>|[-+*]\s|\d+[.)]\s)|```|\*\*|~~|`/gmu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();

const reader = new Reader();
export const loadMarkdown = (): Promise<void> => reader.load();

/** A template that reads it follows when the reader has come. */
export const blocksOf = (text: string): readonly Block[] => reader.blocksOf(text);
