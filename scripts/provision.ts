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
  readonly debianPackage: string;
  /** The one system on which tests want it; all when missing. */
  readonly onlyOn?: NodeJS.Platform;
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
    debianPackage: "chromium",
    download: ["playwright-core", "install", "chromium"],
  },
  {
    name: "strace",
    variable: "ROOMCAST_STRACE",
    programs: ["strace"],
    // Where tracing is forbidden it runs all the same, and traces nothing.
    probe: ["-o", "/dev/null", "true"],
    debianPackage: "strace",
    onlyOn: "linux",
  },
];

/** Something is missing and cannot be brought. The message is one sentence that says what to install. */
export class ProvisionError extends Error {}

/** Returns the environment variables that lead tests to what they need. Throws a `ProvisionError`. */
export function provision(): Record<string, string> {
  const wanted = needs.filter(({ onlyOn = process.platform }) => onlyOn === process.platform);
  return Object.fromEntries(wanted.map((need) => [need.variable, bring(need)]));
}

function bring(need: Need): string {
  const named = process.env[need.variable];
  if (named !== undefined && named !== "") {
    if (works(named, need)) return named;
    throw new ProvisionError(`${need.variable} names ${named}, which does not run.`);
  }
  return (
    find(need) ??
    (installDebianPackage(need) ? find(need) : undefined) ??
    (download(need) ? find(need) : undefined) ??
    missing(need)
  );
}

function missing(need: Need): never {
  throw new ProvisionError(
    `The tests need ${need.name}: install the package "${need.debianPackage}", or set ${need.variable} to its program.`,
  );
}

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

function installDebianPackage({ name, debianPackage }: Need): boolean {
  const prefix = rootPrefix();
  if (prefix === undefined || !succeeds("apt-get", ["--version"])) return false;
  console.log(`Installing ${name}: apt-get install ${debianPackage}`);
  const apt = (...words: string[]) =>
    runs([...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...words]);
  return (
    apt("-qq", "update") &&
    apt("-qq", "-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", debianPackage)
  );
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
