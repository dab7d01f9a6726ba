/** Owns another reading of PROTOCOL.md: which texts are messages of a client, written from the page and not from the schemas. */
import { readJson } from "./reference-json.ts";

type Fields = Record<string, unknown>;
type Rule = (value: unknown) => boolean;

const RESERVED = new Set(
  (
    "join joined leave left publish presence history welcome gap drain event ack error hello refresh ping pong expiring " +
    "connect connect_error disconnect disconnecting newListener removeListener"
  ).split(" "),
);

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text =
  (least: number, most: number): Rule =>
  (value) =>
    typeof value === "string" && value.length >= least && value.length <= most;
const wholeText =
  (least: number, most: number): Rule =>
  (value) =>
    text(least, most)(value) && (value as string).isWellFormed();
const whole =
  (least: number): Rule =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least;
const is =
  (type: string): Rule =>
  (value) =>
    typeof value === type && !Number.isNaN(value);
const room: Rule = (value) => typeof value === "string" && /^[\w.:-]{1,128}$/.test(value);
const event: Rule = (value) =>
  typeof value === "string" && /^[a-z][\w.-]{0,63}$/.test(value) && !RESERVED.has(value);
const id = wholeText(1, 64);
const token = text(1, 8192);
const since: Rule = (value) => isObject(value) && text(1, 64)(value["epoch"]) && whole(0)(value["offset"]);

function bounded(value: unknown, level = 1): boolean {
  if (typeof value === "number") return Math.abs(value) !== Infinity;
  if (typeof value !== "object" || value === null) return true;
  const inside = Array.isArray(value) ? value : Object.values(value);
  if (level > 32 || (!Array.isArray(value) && inside.length > 256)) return false;
  return inside.every((each) => bounded(each, level + 1));
}

const state: Rule = (value) => isObject(value) && bounded(value);
const target = { room, "since?": since, "history?": whole(0), "state?": state };

/** `?`: may be missing. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  hello: {
    ...{ protocol: is("number"), "token?": token, "name?": wholeText(0, 64), "resume?": token },
    "join?": (value) => Array.isArray(value) && value.every((each) => isObject(each) && fits(each, target)),
  },
  join: { id, ...target },
  leave: { id, room },
  publish: {
    ...{ id, room, event, data: bounded, "echo?": is("boolean"), "to?": text(1, 64) },
    "age?": (value) => typeof value === "number" && value >= 0,
  },
  presence: { "id?": id, room, state },
  history: { id, room, "before?": whole(0), "after?": whole(0), "limit?": whole(1) },
  refresh: { "id?": id, token },
  ping: {},
};

function fits(fields: Fields, rules: Readonly<Record<string, Rule>>): boolean {
  return Object.entries(rules).every(([name, rule]) => {
    const key = name.replace("?", "");
    return Object.hasOwn(fields, key) ? rule(fields[key]) : name.endsWith("?");
  });
}

/** The fields that count, or undefined where it is no message. */
export function readMessage(frame: string): Fields | undefined {
  let fields: unknown;
  try {
    fields = readJson(frame);
  } catch {
    return undefined;
  }
  if (!isObject(fields) || typeof fields["type"] !== "string") return undefined;
  const rules = Object.hasOwn(MESSAGES, fields["type"]) ? MESSAGES[fields["type"]] : undefined;
  if (rules === undefined || !fits(fields, rules)) return undefined;
  if (fields["type"] === "history" && "before" in fields && "after" in fields) return undefined;
  return known(fields, ["type", ...namesOf(rules)]);
}

const namesOf = (rules: object): string[] => Object.keys(rules).map((name) => name.replace("?", ""));

/** Fields without a name in PROTOCOL.md are not there, wherever it names all that are: in `data` and `state` it does not. */
function known(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => names.includes(name))
      .map(([name, value]) => {
        if (name === "since") return [name, known(value as Fields, ["epoch", "offset"])];
        if (name !== "join") return [name, value];
        return [name, (value as Fields[]).map((each) => known(each, namesOf(target)))];
      }),
  );
}
