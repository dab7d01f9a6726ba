/**
 * Owns reading JSON text. V8 takes an escaped key for one that an earlier text held, if that one begins as the escape is
 * spelt (nodejs/node#63785, seen in Node 24 and 26): after one client's {"\\u":1}, another's {"\ud83d\udc4d":1} would
 * read as the first. Texts with an escaped key are therefore read by hand; they are rare, and it takes longer.
 */

/** As JSON.parse. @throws SyntaxError on what is no JSON. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return hasEscapedKey(text) ? readByHand(text) : value;
}

/** @param text must be valid JSON, which has a backslash within strings alone. */
function hasEscapedKey(text: string): boolean {
  for (let at = text.indexOf("\\"); at >= 0; at = text.indexOf("\\", at)) {
    at = skipSpace(text, endOfString(text, at));
    if (text[at] === ":") return true;
  }
  return false;
}

/** Behind the quote that closes the string in which `at` lies. */
function endOfString(text: string, at: number): number {
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, at: number): number {
  while (" \t\r\n".includes(text[at] ?? "?")) at += 1;
  return at;
}

/** A number, true, false or null. */
const SCALAR = /[-+.\w]+/y;

/** Outside in: lists, and objects as their entries with the key of the value that is being read. */
type Open =
  { readonly items: unknown[] } | { readonly entries: [key: string, value: unknown][]; key: string | null };

/** @param text must be valid JSON. Without recursion, so that depth costs no stack. */
function readByHand(text: string): unknown {
  const outer: Open[] = [];
  const root: unknown[] = [];
  let open: Open = { items: root };
  for (let at = 0; at < text.length;) {
    const from = at;
    let value: unknown;
    switch (text[at]) {
      case " ":
      case "\t":
      case "\r":
      case "\n":
      case ",":
      case ":":
        at += 1;
        continue;
      case "[":
      case "{":
        outer.push(open);
        open = text[at] === "[" ? { items: [] } : { entries: [], key: null };
        at += 1;
        continue;
      case "]":
      case "}":
        // fromEntries defines keys: one named __proto__ is a key like any other.
        value = "items" in open ? open.items : Object.fromEntries(open.entries);
        open = outer.pop() ?? open;
        at += 1;
        break;
      case '"':
        at = endOfString(text, at + 1);
        value = JSON.parse(text.slice(from, at));
        break;
      default:
        SCALAR.lastIndex = at;
        SCALAR.test(text);
        at = SCALAR.lastIndex;
        value = JSON.parse(text.slice(from, at));
    }
    if ("items" in open) open.items.push(value);
    else if (open.key === null) open.key = value as string;
    else {
      open.entries.push([open.key, value]);
      open.key = null;
    }
  }
  return root[0];
}
