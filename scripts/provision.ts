/**
 * Brings the programs that tests drive and that no npm package holds. A program of the system comes first, then
 * Debian's packages where this user may install them, then the program's own download. Quiet when nothing is missing.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

interface Need {
  readonly name: string;
  /** Where the environment names the program; set for the tests to the one that was found. */
  readonly variable: `ROOMCAST_${string}`;
  /** Names on PATH, or absolute paths, best first. */
  readonly programs: readonly string[];
  /** Tells a program that works from a stub or one whose libraries are missing: must exit with 0. */
  readonly probe: readonly string[];
  readonly debianPackages: readonly string[];
  /** The one system on which tests want it; all when missing. */
  readonly onlyOn?: NodeJS.Platform;
  /** What can be left out without it, but where nothing may be skipped; when missing, nothing can. */
  readonly only?: string;
  /** A command that needs no rights and puts the program at one of `programs`. */
  readonly download?: readonly string[];
}

const needs: readonly Need[] = [
  {
    name: "Chromium",
    variable: "ROOMCAST_CHROMIUM",
    programs: [
      "chromium",
      "chromium-browser",
      "google-chrome-stable",
      "google-chrome",
      chromium.executablePath(),
    ],
    probe: ["--version"],
    debianPackages: ["chromium"],
    download: ["playwright-core", "install", "chromium"],
  },
  {
    name: "strace",
    variable: "ROOMCAST_STRACE",
    programs: ["strace"],
    // Where tracing is forbidden it runs all the same, and traces nothing.
    probe: ["-o", "/dev/null", "true"],
    debianPackages: ["strace"],
    onlyOn: "linux",
  },
  {
    name: "Python with aiohttp, socketio and websockets",
    variable: "ROOMCAST_PYTHON",
    // Debian's own first: its packages are of no use to another one.
    programs: ["/usr/bin/python3", "python3"],
    probe: ["-c", "import aiohttp, socketio, websockets"],
    debianPackages: ["python3-aiohttp", "python3-socketio", "python3-websockets"],
    only: "the Python clients",
  },
  {
    name: "a C++ compiler with WebSocket++, Asio and nlohmann-json",
    variable: "ROOMCAST_CXX",
    programs: ["g++", "c++", "clang++"],
    probe: [
      ...["-fsyntax-only", "-x", "c++", "-include", "asio/version.hpp", "-include", "nlohmann/json_fwd.hpp"],
      ...["-include", "websocketpp/version.hpp", "/dev/null"],
    ],
    debianPackages: ["g++", "libasio-dev", "libwebsocketpp-dev", "nlohmann-json3-dev"],
    only: "the C++ client",
  },
  {
    name: "nginx",
    variable: "ROOMCAST_NGINX",
    programs: ["nginx", "/usr/sbin/nginx"],
    probe: ["-v"],
    debianPackages: ["nginx"],
    only: "the proxy",
  },
];

/** Something is missing and cannot be brought. The message is one sentence that says what to install. */
export class ProvisionError extends Error {}

/**
 * Returns the environment variables that lead tests to what they need. Throws a `ProvisionError`.
 * @param options.whole nothing may be left out.
 */
export function provision(options: { readonly whole: boolean }): Record<string, string> {
  const env: Record<string, string> = {};
  for (const need of needs) {
    if (need.onlyOn !== undefined && need.onlyOn !== process.platform) continue;
    const program = bring(need);
    if (program !== undefined) env[need.variable] = program;
    else if (need.only === undefined || options.whole) throw new ProvisionError(missing(need));
    else console.log(`${missing(need)} Without it the tests of ${need.only} are skipped.`);
  }
  return env;
}

function bring(need: Need): string | undefined {
  const named = process.env[need.variable];
  if (named !== undefined && named !== "") {
    if (works(named, need)) return named;
    throw new ProvisionError(`${need.variable} names ${named}, which does not run.`);
  }
  return (
    find(need) ??
    (installDebianPackages(need) ? find(need) : undefined) ??
    (download(need) ? find(need) : undefined)
  );
}

const missing = ({ name, debianPackages, variable }: Need): string =>
  `The tests need ${name}: install ${debianPackages.join(", ")}, or set ${variable} to the program.`;

function find(need: Need): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return need.programs
    .flatMap((program) =>
      program.includes("/") ? [program] : folders.map((folder) => join(folder, program)),
    )
    .find((path) => isExecutable(path) && works(path, need));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function works(path: string, need: Need): boolean {
  return spawnSync(path, need.probe, { stdio: "ignore", timeout: 30_000 }).status === 0;
}

let listsAreFresh = false;

function installDebianPackages({ name, debianPackages }: Need): boolean {
  const prefix = rootPrefix();
  if (prefix === undefined || !succeeds("apt-get", ["--version"])) return false;
  console.log(`Installing ${name}: apt-get install ${debianPackages.join(" ")}`);
  const apt = (...words: string[]) =>
    runs([...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...words]);
  listsAreFresh ||= apt("-qq", "update");
  const install = ["-qq", "-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends"];
  return listsAreFresh && apt(...install, ...debianPackages);
}

function download({ name, download }: Need): boolean {
  if (download === undefined) return false;
  console.log(`Installing ${name}: ${download.join(" ")}`);
  return runs(download);
}

/** The words that make a command run as root; undefined when this user may not. */
function rootPrefix(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return succeeds("sudo", ["-n", "true"]) ? ["sudo", "-n"] : undefined;
}

function succeeds(program: string, words: readonly string[]): boolean {
  return spawnSync(program, words, { stdio: "ignore" }).status === 0;
}

function runs([program = "", ...words]: readonly string[]): boolean {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return true;
  const lines = `${stderr}\n${stdout}`.split("\n").filter((line) => line.trim() !== "");
  const reason =
    lines.find((line) => /^(E:|error)/i.test(line)) ?? lines[0] ?? error?.message ?? "no reason given";
  console.log(`That did not work: ${reason}`);
  return false;
}
