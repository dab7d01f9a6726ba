/**
 * Owns below which versions a dependency must not sink, and why: whatever brings it, in the lockfile there is none below its floor.
 * The lockfile is the first argument; default: the workspace's.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Floor {
  readonly version: string;
  readonly reason: string;
}

const FLOORS: Readonly<Record<string, Floor>> = {
  ws: {
    version: "8.23.0",
    reason: "tiny fragments and pings that nobody reads took all memory before (GHSA-96hv-2xvq-fx4p)",
  },
  "engine.io": {
    version: "6.6.11",
    reason:
      "polls held connections for ever, or ended the process, before (GHSA-r635-g3xr-vw7x, CVE-2026-59725)",
  },
  "socket.io-parser": {
    version: "4.2.7",
    reason:
      "attachments that are announced and never come were kept without end before (GHSA-677m-j7p3-52f9)",
  },
  jose: {
    version: "4.15.5",
    reason: "a token that unpacks to gigabytes was unpacked before (CVE-2024-28176)",
  },
  cookie: { version: "0.7.0", reason: "a cookie's name could set other fields before (CVE-2024-47764)" },
};

const lockfile = process.argv[2] ?? join(import.meta.dirname, "../pnpm-lock.yaml");
const versions = versionsIn(readFileSync(lockfile, "utf8"));
const faults = Object.entries(FLOORS).flatMap(([name, { version, reason }]) => {
  const found = versions.get(name) ?? [];
  // A floor of what is not there any more says nothing, and would be forgotten.
  if (found.length === 0) return [`${name} is not in the lockfile: its floor can go.`];
  const sunk = found.filter((each) => isBelow(each, version));
  return sunk.map((each) => `${name} ${each} is below ${version}: ${reason}.`);
});
for (const fault of faults) console.log(fault);
if (faults.length > 0) process.exitCode = 1;

/** All versions of each package: `  name@1.2.3:` or with peers behind it. */
function versionsIn(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, name = "", version = ""] of text.matchAll(
    /^ {2}'?((?:@[^@/]+\/)?[^@'\s]+)@(\d[^:('\s]*)/gm,
  )) {
    found.set(name, [...(found.get(name) ?? []), version]);
  }
  return found;
}

/** A version with something behind a hyphen comes before the one without. */
function isBelow(version: string, floor: string): boolean {
  const [numbers = "", ...before] = version.split("-");
  const [ours, theirs] = [numbers, floor].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (const [index, least] of theirs.entries()) {
    const number = ours[index] ?? 0;
    if (number !== least) return number < least;
  }
  return before.length > 0;
}
