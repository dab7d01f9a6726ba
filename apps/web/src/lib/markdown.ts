/**
 * Owns which parts of a message are more than text: a small subset of Markdown, as a tree that holds no markup. A library
 * reads it; what is not of the subset (HTML, images, headings, tables) stays the text that was typed.
 */
import { Lexer, type Token, Tokenizer, type Tokens } from "marked";

import type { Block, Inline } from "./markup.svelte.ts";

/** There is no such thing here. */
const none = (): undefined => undefined;

const tokenizer = Object.assign(new Tokenizer(), {
  ...{ heading: none, lheading: none, hr: none, html: none, tag: none, table: none, def: none },
  // Four blanks before a line are a habit, not a program.
  code: none,
  // `[text][1]` would need a definition, and there are none.
  reflink: none,
});

export const readMarkdown = (text: string): readonly Block[] =>
  new Lexer({ gfm: true, breaks: true, tokenizer }).lex(text).flatMap(blockOf);

function blockOf(token: Token): Block[] {
  switch (token.type) {
    case "space":
      return [];
    case "code":
      return [{ kind: "code", text: (token as Tokens.Code).text }];
    case "blockquote":
      return [{ kind: "quote", children: (token as Tokens.Blockquote).tokens.flatMap(blockOf) }];
    case "list": {
      const { ordered, start, items } = token as Tokens.List;
      return [
        {
          kind: "list",
          start: ordered ? Number(start) : undefined,
          items: items.map(itemOf),
        },
      ];
    }
    default: {
      const { tokens, raw } = token as Tokens.Generic;
      return [{ kind: "paragraph", children: tokens?.flatMap(inlineOf) ?? [{ kind: "text", text: raw }] }];
    }
  }
}

/** A task's box is a sign in front of its words. */
function itemOf({ tokens, task, checked }: Tokens.ListItem): Block[] {
  const blocks = tokens.filter(({ type }) => type !== "checkbox").flatMap(blockOf);
  const [first, ...others] = blocks;
  if (!task || first?.kind !== "paragraph") return blocks;
  const box: Inline = { kind: "text", text: checked === true ? "☑ " : "☐ " };
  return [{ ...first, children: [box, ...first.children] }, ...others];
}

function inlineOf(token: Token): Inline[] {
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return [
        {
          kind: token.type,
          children: (token as Tokens.Strong | Tokens.Em | Tokens.Del).tokens.flatMap(inlineOf),
        },
      ];
    case "codespan":
      return [{ kind: "code", text: (token as Tokens.Codespan).text }];
    case "br":
      return [{ kind: "break" }];
    case "escape":
      return [{ kind: "text", text: (token as Tokens.Escape).text }];
    case "link": {
      const { href, tokens, raw } = token as Tokens.Link;
      const safe = safeHref(href);
      return safe === undefined
        ? [{ kind: "text", text: raw }]
        : [{ kind: "link", href: safe, children: tokens.flatMap(inlineOf) }];
    }
    case "text": {
      const { tokens, raw } = token as Tokens.Text;
      return tokens?.flatMap(inlineOf) ?? [{ kind: "text", text: raw }];
    }
    default:
      return [{ kind: "text", text: token.raw }];
  }
}

/** Only http and https become a link. */
function safeHref(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  // A name and password in front of the host make an address look like another one.
  if (url.username !== "" || url.password !== "") return undefined;
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : undefined;
}
