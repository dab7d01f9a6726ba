/** Owns how text from outside may look in a log: no longer than a line, nothing that a terminal would obey, and no secret. */
const MAX_LENGTH = 200;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu;
/** Whoever is asked for a user or a client may give its token instead: a JSON Web Token, or what resumes a session. */
const SECRET = /\bey[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)*|\b[\w-]{20,}\.[\w-]{22}\b/g;

export function printable(text: string): string {
  const told = text.replace(SECRET, "[token]");
  const cut = told.length > MAX_LENGTH ? `${told.slice(0, MAX_LENGTH - 1)}…` : told;
  return cut.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
