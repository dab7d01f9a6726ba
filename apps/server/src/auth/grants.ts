/** Owns the form in which it is said who may do what: rooms by their patterns, and what may be done there; as JSON and as text. */
import { err, ok, type Result } from "@roomcast/protocol";

/** `{"chat.*": ["join", "publish:message", "history"]}`: what is not named may not be done. */
export type Grants = Readonly<Record<string, readonly string[]>>;

const ROOM = /^(?:[\w.:-]{1,128}|[\w.:-]{0,127}\*)$/;
const RIGHT =
  /^(?:join|history|presence|direct|moderate|admin|publish(?::(?:[a-z][\w.-]{0,63}|(?:[a-z][\w.-]{0,62})?\*))?)$/;
/** What somebody may do of whom nothing is said. */
export const MEMBER_RIGHTS: readonly string[] = ["join", "publish", "history", "presence", "direct"];

/** The error completes the sentence "it must be …", and quotes nothing. */
export function checkGrants(value: unknown): Result<Grants, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return err("an object with a list of rights for each room");
  for (const [pattern, rights] of Object.entries(value)) {
    if (!ROOM.test(pattern)) return err("of rooms by name, or by the beginning of a name and *");
    if (!Array.isArray(rights)) return err("an object with a list of rights for each room");
    if (!rights.every((right) => typeof right === "string" && RIGHT.test(right)))
      return err("of the rights join, publish, publish:EVENT, history, presence, direct, moderate and admin");
  }
  return ok(value as Grants);
}

/** `chat.*=join,publish:message;news=join`. */
export function parseGrants(text: string): Result<Grants, string> {
  const entries = text.split(";").map((entry) => entry.trim().split("="));
  if (entries.some((entry) => entry.length !== 2))
    return err("ROOM=RIGHT,RIGHT…, several of them with ; between");
  const listed = entries.map(([room = "", rights = ""]) => [
    room.trim(),
    rights
      .split(",")
      .map((right) => right.trim())
      .filter((right) => right !== ""),
  ]);
  return checkGrants(Object.fromEntries(listed));
}
