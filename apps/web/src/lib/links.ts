/** Owns which parts of a text are links. Only http and https become one; everything else stays text. */

export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

const CANDIDATE = /\bhttps?:\/\/[^\s<>"“”]+/giu;

export function segments(text: string): Segment[] {
  const found: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = withoutTrailingPunctuation(match[0]);
    const href = safeHref(shown);
    if (href === undefined) continue;
    if (match.index > end) found.push({ kind: "text", text: text.slice(end, match.index) });
    found.push({ kind: "link", text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) found.push({ kind: "text", text: text.slice(end) });
  return found;
}

/** “See https://example.org.” ends in a full stop that is not part of the address; a closing bracket is, if it was opened. */
function withoutTrailingPunctuation(url: string): string {
  let shown = url.replace(/[.,;:!?'*_~]+$/, "");
  while (/[)\]]$/.test(shown) && !isBalanced(shown)) shown = shown.slice(0, -1).replace(/[.,;:!?'*_~]+$/, "");
  return shown;
}

function isBalanced(url: string): boolean {
  const count = (sign: string): number => url.split(sign).length;
  return count("(") >= count(")") && count("[") >= count("]");
}

function safeHref(shown: string): string | undefined {
  if (!URL.canParse(shown)) return undefined;
  const url = new URL(shown);
  // A name and password in front of the host make an address look like another one.
  if (url.username !== "" || url.password !== "") return undefined;
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : undefined;
}
