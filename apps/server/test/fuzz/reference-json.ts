/** Owns another reading of JSON, by RFC 8259 alone and without JSON.parse: what ours is compared with. */
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS = { true: true, false: false, null: null } as const;
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" },
};

/** @throws SyntaxError where the text is no JSON. */
export function readJson(text: string): unknown {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`no JSON at ${at}`);
  };
  const space = (): void => {
    while (" \t\n\r".includes(text[at] ?? "x")) at += 1;
  };
  const expect = (character: string): void => {
    if (text[at] !== character) fail();
    at += 1;
  };
  const string = (): string => {
    expect('"');
    let value = "";
    for (;;) {
      const character = text[at] ?? fail();
      at += 1;
      if (character === '"') return value;
      if (character < " ") fail();
      if (character !== "\\") {
        value += character;
        continue;
      }
      const escape = text[at] ?? fail();
      at += 1;
      if (escape === "u") {
        const hex = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) fail();
        value += String.fromCharCode(parseInt(hex, 16));
        at += 4;
      } else value += ESCAPES[escape] ?? fail();
    }
  };
  /** What stands between two brackets, with commas between. */
  const items = (end: string, item: () => void): void => {
    at += 1;
    space();
    if (text[at] === end) {
      at += 1;
      return;
    }
    for (;;) {
      space();
      item();
      space();
      if (text[at] === end) {
        at += 1;
        return;
      }
      expect(",");
    }
  };
  const value = (): unknown => {
    space();
    const first = text[at];
    if (first === "{") {
      const object = {};
      items("}", () => {
        const key = string();
        space();
        expect(":");
        // A plain assignment to __proto__ would be none of a key.
        const description = { configurable: true, enumerable: true, writable: true };
        Object.defineProperty(object, key, { ...description, value: value() });
      });
      return object;
    }
    if (first === "[") {
      const list: unknown[] = [];
      items("]", () => list.push(value()));
      return list;
    }
    if (first === '"') return string();
    for (const [word, meaning] of Object.entries(LITERALS)) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return meaning;
    }
    NUMBER.lastIndex = at;
    const [number = ""] = NUMBER.exec(text) ?? [];
    if (number === "") fail();
    at += number.length;
    return Number(number);
  };
  const read = value();
  space();
  if (at < text.length) fail();
  return read;
}
