import { readFileSync } from "node:fs";
import { DEFAULT_LIMITS } from "@roomcast/hub";
import { describe, expect, it } from "vitest";

import { limitsTable } from "./limit-settings.ts";
import { readSettings } from "./read-settings.ts";
import { helpText, markdownTable } from "./settings-list.ts";
import { DEFAULTS, SETTINGS } from "./settings.ts";

const ADMIN_TOKEN = "16 to 256 of A-Z a-z 0-9 - . _ ~ + /, which nobody can guess";

describe("reading settings", () => {
  it("W-7: without any, each has its default", () => {
    expect(readSettings({}, [])).toEqual({ settings: DEFAULTS, faults: [], warnings: [] });
    expect(DEFAULTS).toMatchObject({
      ...{ port: 3000, host: "0.0.0.0", dataDir: "./data", store: "sqlite", durability: "disk", log: "info" },
      ...{ defaultRoom: "general", historyEvents: 10_000, historyBytes: 67_108_864, historyDays: 30 },
      tailBytes: 16_777_216,
      ...DEFAULT_LIMITS,
      ...{ helloTimeoutMs: 10_000, heartbeatMs: 25_000 },
    });
  });

  it.each([
    ["PORT", "0", { port: 0 }],
    ["PORT", "65535", { port: 65_535 }],
    ["HOST", "::", { host: "::" }],
    ["ROOMCAST_DATA_DIR", "/var/lib/roomcast", { dataDir: "/var/lib/roomcast" }],
    ["ROOMCAST_STORE", "memory", { store: "memory" }],
    ["ROOMCAST_DURABILITY", "process", { durability: "process" }],
    ["ROOMCAST_GUESTS", "deny", { guests: "deny" }],
    ["ROOMCAST_JWT_SECRET", "s3cret", { jwtSecret: "s3cret" }],
    ["ROOMCAST_JWKS_URL", "https://id.example/keys", { jwksUrl: new URL("https://id.example/keys") }],
    ["ROOMCAST_JWT_ISSUER", "https://id.example", { jwtIssuer: "https://id.example" }],
    ["ROOMCAST_JWT_AUDIENCE", "chat", { jwtAudience: "chat" }],
    ["ROOMCAST_ADMIN_TOKEN", "0123456789abcdef==", { adminToken: "0123456789abcdef==" }],
    [
      "ROOMCAST_ORIGINS",
      "https://a.example, http://b.example:81",
      { origins: ["https://a.example", "http://b.example:81"] },
    ],
    ["ROOMCAST_DEFAULT_ROOM", "lobby", { defaultRoom: "lobby" }],
    ["ROOMCAST_HISTORY_EVENTS", "1", { historyEvents: 1 }],
    ["ROOMCAST_HISTORY_BYTES", "0", { historyBytes: 0 }],
    ["ROOMCAST_HISTORY_DAYS", "365", { historyDays: 365 }],
    ["ROOMCAST_MESSAGES_PER_SECOND", "0", { messagesPerSecond: 0 }],
    ["ROOMCAST_TRUSTED_PROXIES", "::1, 10.0.0.0/8", { trustedProxies: ["::1", "10.0.0.0/8"] }],
    ["ROOMCAST_CONNECTIONS_PER_ADDRESS", "0", { connectionsPerAddress: 0 }],
    ["ROOMCAST_ROOMS_PER_SESSION", "0", { roomsPerSession: 0 }],
    ["ROOMCAST_HELLO_TIMEOUT_MS", "1", { helloTimeoutMs: 1 }],
    ["ROOMCAST_HEARTBEAT_MS", "1000", { heartbeatMs: 1000 }],
    ["ROOMCAST_LOG", "silent", { log: "silent" }],
  ])("W-7: %s=%s is taken from the environment, and from flags of the same name", (variable, text, taken) => {
    const kebab = `--${variable.toLowerCase().replaceAll("_", "-")}`;
    const short = kebab.replace("--roomcast-", "--");
    const beside = variable.startsWith("ROOMCAST_JWT_") ? { ROOMCAST_JWT_SECRET: "s3cret" } : {};
    const base = readSettings(beside, []).settings;
    const expected = { settings: { ...base, ...taken }, faults: [], warnings: [] };
    expect(readSettings({ ...beside, [variable]: text }, [])).toEqual(expected);
    for (const args of [[kebab, text], [`${kebab}=${text}`], [short, text]])
      expect(readSettings(beside, args)).toEqual(expected);
  });

  it.each([
    ["PORT", "seventy", 'PORT must be a whole number from 0 to 65535, not "seventy".'],
    ["PORT", "65536", 'PORT must be a whole number from 0 to 65535, not "65536".'],
    ["PORT", "-1", 'PORT must be a whole number from 0 to 65535, not "-1".'],
    ["PORT", "1.5", 'PORT must be a whole number from 0 to 65535, not "1.5".'],
    ["ROOMCAST_ADMIN_TOKEN", "too-short", `ROOMCAST_ADMIN_TOKEN must be ${ADMIN_TOKEN}.`],
    ["ROOMCAST_ADMIN_TOKEN", "with a space in it", `ROOMCAST_ADMIN_TOKEN must be ${ADMIN_TOKEN}.`],
    ["HOST", "", 'HOST must be given a value, not "".'],
    ["ROOMCAST_DATA_DIR", "", 'ROOMCAST_DATA_DIR must be given a value, not "".'],
    ["ROOMCAST_STORE", "floppy", "ROOMCAST_STORE must be sqlite or memory."],
    [
      "ROOMCAST_STORE",
      "redis://:password@x",
      "ROOMCAST_STORE must be sqlite or memory: a store in Redis is not built yet.",
    ],
    ["ROOMCAST_DURABILITY", "eternal", 'ROOMCAST_DURABILITY must be disk or process, not "eternal".'],
    ["ROOMCAST_GUESTS", "maybe", 'ROOMCAST_GUESTS must be allow or deny, not "maybe".'],
    ["ROOMCAST_JWT_SECRET", "", "ROOMCAST_JWT_SECRET must be given a value."],
    ["ROOMCAST_JWKS_URL", "keys", 'ROOMCAST_JWKS_URL must be an http or https URL, not "keys".'],
    [
      "ROOMCAST_JWKS_URL",
      "file:///keys",
      'ROOMCAST_JWKS_URL must be an http or https URL, not "file:///keys".',
    ],
    ["ROOMCAST_JWT_ISSUER", "", 'ROOMCAST_JWT_ISSUER must be given a value, not "".'],
    ["ROOMCAST_JWT_AUDIENCE", "", 'ROOMCAST_JWT_AUDIENCE must be given a value, not "".'],
    ...["not an origin", "*", "https://a.example/", "https://a.example,", "null", "ws://a.example"].map(
      (text) => [
        ...["ROOMCAST_ORIGINS", text],
        `ROOMCAST_ORIGINS must be a list of origins, like https://chat.example,http://localhost:8080, not "${text}".`,
      ],
    ),
    [
      "ROOMCAST_DEFAULT_ROOM",
      "no room!",
      'ROOMCAST_DEFAULT_ROOM must be a room name: 1 to 128 of A-Z a-z 0-9 _ . : -, not "no room!".',
    ],
    ["ROOMCAST_HISTORY_EVENTS", "0", 'ROOMCAST_HISTORY_EVENTS must be a whole number from 1, not "0".'],
    ["ROOMCAST_HISTORY_BYTES", "1 MiB", 'ROOMCAST_HISTORY_BYTES must be a whole number from 0, not "1 MiB".'],
    ["ROOMCAST_HISTORY_DAYS", "0", 'ROOMCAST_HISTORY_DAYS must be a whole number from 1 to 36500, not "0".'],
    [
      "ROOMCAST_MESSAGES_PER_SECOND",
      "many",
      'ROOMCAST_MESSAGES_PER_SECOND must be a whole number from 0, not "many".',
    ],
    [
      "ROOMCAST_TRUSTED_PROXIES",
      "10.0.0.0/33",
      'ROOMCAST_TRUSTED_PROXIES must be a list of addresses and subnets, like 127.0.0.1,10.0.0.0/8, not "10.0.0.0/33".',
    ],
    [
      "ROOMCAST_CONNECTIONS_PER_ADDRESS",
      "1e3",
      'ROOMCAST_CONNECTIONS_PER_ADDRESS must be a whole number from 0, not "1e3".',
    ],
    [
      "ROOMCAST_ROOMS_PER_SESSION",
      " 5",
      'ROOMCAST_ROOMS_PER_SESSION must be a whole number from 0, not " 5".',
    ],
    [
      "ROOMCAST_HELLO_TIMEOUT_MS",
      "0",
      'ROOMCAST_HELLO_TIMEOUT_MS must be a whole number from 1 to 2147483647, not "0".',
    ],
    [
      "ROOMCAST_HEARTBEAT_MS",
      "9999999999",
      'ROOMCAST_HEARTBEAT_MS must be a whole number from 1 to 2147483647, not "9999999999".',
    ],
    [
      ...["ROOMCAST_LOG", "loud"],
      'ROOMCAST_LOG must be trace, debug, info, warn, error, fatal or silent, not "loud".',
    ],
  ] as [string, string, string][])(
    "W-8: %s=%j is said in one sentence that names it",
    (variable, text, sentence) => {
      expect(readSettings({ [variable]: text }, []).faults).toEqual([sentence]);
    },
  );

  it.each(["ROOMCAST_JWT_ISSUER", "ROOMCAST_JWT_AUDIENCE"])("W-8: %s alone checks no token", (variable) => {
    expect(readSettings({ [variable]: "x" }, []).faults).toEqual([
      `${variable} needs ROOMCAST_JWT_SECRET or ROOMCAST_JWKS_URL beside it, by which a token is checked.`,
    ]);
  });

  it("W-8: every setting is wrong once above, or can be nothing but text", () => {
    const wrong = readSettings(
      Object.fromEntries(Object.values(SETTINGS).map(({ variable }) => [variable, ""])),
      [],
    );
    expect(wrong.faults).toHaveLength(Object.keys(SETTINGS).length);
  });

  it("W-8: all that is wrong is said at once, and names the flag by which it came", () => {
    const { faults } = readSettings({ ROOMCAST_LOG: "loud" }, [
      "--port",
      "x",
      "--prot=3000",
      "--data-dir",
      "stray",
    ]);
    expect(faults).toEqual([
      "--prot is no setting; the nearest is --port, and --help lists them all.",
      expect.stringContaining("ROOMCAST_LOG must be"),
      '--port (PORT) must be a whole number from 0 to 65535, not "x".',
    ]);
  });

  it.each([
    [["--prot", "3000"], "--prot is no setting; the nearest is --port, and --help lists them all."],
    [
      ["stray"],
      '"stray" is no flag, and the commands are token, backup, restore; --help lists the settings.',
    ],
    [
      ["-p", "3000"],
      '"-p" is no flag, and the commands are token, backup, restore; --help lists the settings.',
    ],
    [["--port"], "--port needs a value; --help lists the settings."],
    [["--port", "--host", "::"], "--port needs a value; --help lists the settings."],
  ])("W-8: %j is said, with the way to the list of settings", (args, sentence) => {
    expect(readSettings({}, args).faults[0]).toBe(sentence);
  });

  it("W-7: a flag wins over the environment, even over a wrong one", () => {
    expect(readSettings({ PORT: "x" }, ["--port", "80"])).toMatchObject({
      settings: { port: 80 },
      faults: [],
    });
  });

  it("W-9: what looks like a setting and is none is warned of, with the nearest one", () => {
    const { warnings, faults } = readSettings({ ROOMCAST_DATADIR: "/x", PATH: "/bin", ROOM: "5" }, []);
    expect(faults).toEqual([]);
    expect(warnings).toEqual(["ROOMCAST_DATADIR is no setting; the nearest is ROOMCAST_DATA_DIR."]);
    expect(readSettings({ ROOMCAST_PORT: "1", ROOMCAST_FLUX: "1" }, []).warnings).toEqual([
      "ROOMCAST_PORT is no setting; the nearest is PORT.",
      "ROOMCAST_FLUX is no setting; --help lists them all.",
    ]);
  });

  it("T25: what was given is shown as one short line, a secret not at all", () => {
    const [fault = ""] = readSettings({ ROOMCAST_LOG: `a\nb\u001b[31m${"x".repeat(500)}` }, []).faults;
    expect(fault).toContain("a\\u{a}b\\u{1b}[31m");
    expect(fault.length).toBeLessThan(320);
  });
});

describe("the list of settings", () => {
  it("W-10: --help names every setting, its flag and its default", () => {
    const help = helpText();
    for (const { variable } of Object.values(SETTINGS)) expect(help).toContain(variable);
    expect(help).toContain("--data-dir, ROOMCAST_DATA_DIR");
    expect(help).toContain("(default: 25,000)");
  });

  it("W-10: the README lists the settings as they are", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    expect(readme).toContain(markdownTable());
  });

  it("R-LIMIT-TABLE: SECURITY.md lists the limits as they are", () => {
    const page = readFileSync(new URL("../../../../SECURITY.md", import.meta.url), "utf8");
    expect(page).toContain(limitsTable());
  });
});
