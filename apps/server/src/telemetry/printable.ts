/** Owns how text from outside may look in a log: no longer than a line, nothing that a terminal would obey, and no secret. */
const MAX_LENGTH = 200;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu;
/** Words with dots between, each looked for from its beginning alone: what is to be cut may be long, and whoever sent it may mean no good. */
const DOTTED = /(?<![\w-])[\w-]+(?:\.[\w-]*)+/g;

export function printable(text: string): string {
  const told = text.replace(DOTTED, (word) => (holdsSecret(word.split(".")) ? "[token]" : word));
  const cut = told.length > MAX_LENGTH ? `${told.slice(0, MAX_LENGTH - 1)}…` : told;
  return cut.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Whoever is asked for a user or a client may give its token instead: a JSON Web Token, or what resumes a session. */
const holdsSecret = (words: readonly string[]): boolean =>
  words.some((word, index) => {
    const { length } = words[index + 1] ?? "";
    return (length >= 4 && /\bey[\w-]{8,}$/.test(word)) || (length === 22 && word.length >= 20);
  });
