/** Owns the one table of settings: what is parsed, what `--help` prints and what the README lists all come from here. */
import { DEFAULT_SETTINGS } from "@roomcast/hub";
import { err, isRoomName, ok, type Result } from "@roomcast/protocol";
import { isIP } from "node:net";

import { parseOrigin } from "../adapters/origins.ts";
import { checkGrants, type Grants, MEMBER_RIGHTS, parseGrants } from "../auth/grants.ts";
import { LOG_LEVELS } from "../telemetry/logger.ts";
import { LIMIT_SETTINGS } from "./limit-settings.ts";
import { anyText, listOf, oneOf, setting, type ValueOf, wholeNumber } from "./setting.ts";

const NO_LIMIT = Number.MAX_SAFE_INTEGER;
/** What a timer of Node can wait for. */
const MAX_DELAY_MS = 2 ** 31 - 1;

const EVERYWHERE: Grants = { "*": MEMBER_RIGHTS };
const EVERYWHERE_TEXT = `\`*=${MEMBER_RIGHTS.join(",")}\``;

const optional = <Value>(
  parse: (text: string) => Result<Value, string>,
): ((text: string) => Result<Value | undefined, string>) => parse;

export const SETTINGS = {
  port: setting({
    variable: "PORT",
    fallback: 3000,
    parse: wholeNumber(0, 65_535),
    meaning: "TCP port; 0 takes a free one",
  }),
  host: setting({
    variable: "HOST",
    fallback: "0.0.0.0",
    parse: anyText,
    meaning: "address to listen on",
  }),
  dataDir: setting({
    variable: "ROOMCAST_DATA_DIR",
    fallback: "./data",
    parse: anyText,
    meaning: "folder that holds all state; made where it is missing, and of one server at a time",
  }),
  store: setting({
    variable: "ROOMCAST_STORE",
    fallback: "sqlite",
    secret: true,
    parse: store,
    meaning: "`sqlite`, or `memory`, which forgets everything when the process ends",
  }),
  durability: setting({
    variable: "ROOMCAST_DURABILITY",
    fallback: "disk",
    parse: oneOf("disk", "process"),
    meaning: "what an acknowledged event survives: `disk` a power cut, `process` a killed process",
  }),
  guests: setting({
    variable: "ROOMCAST_GUESTS",
    fallback: undefined,
    fallbackText: "`allow`, or `deny` once a token setting is given",
    parse: optional(oneOf("allow", "deny")),
    meaning: "whether clients may enter without a token",
  }),
  jwtSecret: setting({
    variable: "ROOMCAST_JWT_SECRET",
    fallback: undefined,
    secret: true,
    parse: optional(anyText),
    meaning: "secret that tokens are signed with (HS256)",
  }),
  jwtOldSecret: setting({
    variable: "ROOMCAST_JWT_OLD_SECRET",
    fallback: undefined,
    secret: true,
    parse: optional(anyText),
    meaning: "the secret before this one, when it is changed: its tokens are good until they expire",
  }),
  jwksUrl: setting({
    variable: "ROOMCAST_JWKS_URL",
    fallback: undefined,
    parse: optional(httpUrl),
    meaning: "where the public keys that tokens are signed for are fetched",
  }),
  jwtIssuer: setting({
    variable: "ROOMCAST_JWT_ISSUER",
    fallback: undefined,
    parse: optional(anyText),
    meaning: "`iss` that a token must have",
  }),
  jwtAudience: setting({
    variable: "ROOMCAST_JWT_AUDIENCE",
    fallback: undefined,
    parse: optional(anyText),
    meaning: "`aud` that a token must have",
  }),
  userRooms: setting({
    variable: "ROOMCAST_USER_ROOMS",
    fallback: EVERYWHERE,
    fallbackText: EVERYWHERE_TEXT,
    parse: parseGrants,
    check: checkGrants,
    meaning: "what a user may do whose token has no `rooms`, as ROOM=RIGHT,RIGHT with `;` between rooms",
  }),
  guestRooms: setting({
    variable: "ROOMCAST_GUEST_ROOMS",
    fallback: EVERYWHERE,
    fallbackText: EVERYWHERE_TEXT,
    parse: parseGrants,
    check: checkGrants,
    meaning: "what a guest may do, in the same form",
  }),
  adminToken: setting({
    variable: "ROOMCAST_ADMIN_TOKEN",
    fallback: undefined,
    fallbackText: "none: operators are those at the server's own machine",
    secret: true,
    parse: optional(adminToken),
    meaning: "what operators must bring for the inspector, wherever they are: 16 to 256 characters",
  }),
  origins: setting({
    variable: "ROOMCAST_ORIGINS",
    fallback: undefined,
    fallbackText: "the server's own, and loopback",
    ...listOf(
      (text) => parseOrigin(text) !== undefined,
      "a list of origins, like https://chat.example,http://localhost:8080",
    ),
    meaning:
      "origins whose pages may connect, separated by commas; no others then, not even the server's own",
  }),
  defaultRoom: setting({
    variable: "ROOMCAST_DEFAULT_ROOM",
    fallback: DEFAULT_SETTINGS.defaultRoom,
    parse: room,
    meaning: "room that is entered when none is named",
  }),
  historyEvents: setting({
    variable: "ROOMCAST_HISTORY_EVENTS",
    fallback: 10_000,
    unit: "events",
    parse: wholeNumber(1, NO_LIMIT),
    meaning: "kept per room",
  }),
  historyBytes: setting({
    variable: "ROOMCAST_HISTORY_BYTES",
    fallback: 64 * 1024 * 1024,
    unit: "bytes",
    parse: wholeNumber(0, NO_LIMIT),
    meaning: "of data kept per room, the newest event at least; 0 is no limit",
  }),
  historyDays: setting({
    variable: "ROOMCAST_HISTORY_DAYS",
    fallback: 30,
    unit: "days",
    parse: wholeNumber(1, 36_500),
    meaning: "for which an event is kept",
  }),
  tailBytes: setting({
    variable: "ROOMCAST_TAIL_BYTES",
    fallback: 16 * 1024 * 1024,
    unit: "bytes",
    parse: wholeNumber(0, NO_LIMIT),
    meaning:
      "of memory, about, for the newest events of rooms in use, so that readers need not wait for the disk",
  }),
  ...LIMIT_SETTINGS,
  trustedProxies: setting<readonly string[] | undefined>({
    variable: "ROOMCAST_TRUSTED_PROXIES",
    fallback: undefined,
    fallbackText: "none",
    ...listOf(isNetwork, "a list of addresses and subnets, like 127.0.0.1,10.0.0.0/8"),
    meaning:
      "addresses and subnets of proxies, separated by commas, whose `X-Forwarded-For` or `Forwarded` says where a client comes from",
  }),
  helloTimeoutMs: setting({
    variable: "ROOMCAST_HELLO_TIMEOUT_MS",
    fallback: DEFAULT_SETTINGS.helloTimeoutMs,
    unit: "ms",
    parse: wholeNumber(1, MAX_DELAY_MS),
    meaning: "until a socket must have said hello",
  }),
  heartbeatMs: setting({
    variable: "ROOMCAST_HEARTBEAT_MS",
    fallback: DEFAULT_SETTINGS.heartbeatMs,
    unit: "ms",
    parse: wholeNumber(1, MAX_DELAY_MS),
    meaning: "between two pings of a connection",
  }),
  auditFile: setting({
    variable: "ROOMCAST_AUDIT_FILE",
    fallback: undefined,
    fallbackText: "`audit.jsonl` in the data folder; none with `memory`",
    parse: optional(anyText),
    meaning:
      "file that keeps who did what to whom (kick, delete, …), a line of JSON each; the log has it too",
  }),
  log: setting({
    variable: "ROOMCAST_LOG",
    fallback: "info",
    parse: oneOf(...LOG_LEVELS),
    meaning: "least level that is logged: JSON lines on a pipe, readable lines on a terminal",
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
/** What an operator can set; durations in ms, sizes in bytes. The table in this file has names and defaults. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

export const DEFAULTS = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { fallback }]) => [name, fallback]),
) as unknown as Settings;

function store(text: string): Result<"sqlite" | "memory", string> {
  if (/^rediss?:/.test(text)) return err("sqlite or memory: a store in Redis is not built yet");
  return oneOf("sqlite", "memory")(text);
}

/** It is sent as a bearer token, and must not be guessed. */
function adminToken(text: string): Result<string, string> {
  return /^[\w.~+/-]{16,256}=*$/.test(text)
    ? ok(text)
    : err("16 to 256 of A-Z a-z 0-9 - . _ ~ + /, which nobody can guess");
}

function httpUrl(text: string): Result<URL, string> {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? ok(url) : err("an http or https URL");
}

function isNetwork(text: string): boolean {
  const [address = "", bits = "0", ...rest] = text.split("/");
  const longest = { 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest;
}

function room(text: string): Result<string, string> {
  return isRoomName(text) ? ok(text) : err("a room name: 1 to 128 of A-Z a-z 0-9 _ . : -");
}
