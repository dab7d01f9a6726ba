/** What the system knows of processes. Where there is no /proc, it is this process and its parent alone. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

/** The processes of a session, those that have ended and wait for their parent left out. */
export function processesOfSession(session: number): number[] {
  return pids()
    .map((pid) => read(pid))
    .filter((process) => process?.session === session)
    .map((process) => process?.pid ?? 0);
}

/**
 * Calls back, once, when a package manager that runs this script has gone and left it behind: npx and pnpm do not hand
 * every signal on, and without a terminal nothing else would tell. How long the starter of npx itself lives is no matter.
 */
export function onOrphaned(callback: () => void, everyMs = 500): void {
  const links = linksToPackageManager();
  const timer = setInterval(() => {
    if (links.every(({ pid, parent }) => (pid === process.pid ? process.ppid : read(pid)?.parent) === parent))
      return;
    clearInterval(timer);
    callback();
  }, everyMs);
  timer.unref();
}

/** Each process from this one up to the topmost package manager, with its parent. */
function linksToPackageManager(): Pick<Process, "pid" | "parent">[] {
  const line = [{ pid: process.pid, parent: process.ppid }];
  for (let above = read(process.ppid); above !== undefined && above.pid > 1; above = read(above.parent))
    line.push(above);
  const top = line.findLastIndex(({ pid }) => isPackageManager(pid));
  return line.slice(0, Math.max(top, 1));
}

function isPackageManager(pid: number): boolean {
  const [program = "", script = ""] = contents(`/proc/${pid}/cmdline`)?.split("\0") ?? [];
  // npm names its process after the command: "npm exec pnpm@12 dev".
  if (program.startsWith("npm ")) return true;
  return [program, script].some((path) => /^(npx|npm|pnpm)(-cli)?(\.[cm]?js)?$/.test(basename(path)));
}

function pids(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function read(pid: number): Process | undefined {
  const stat = contents(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // "pid (name) state parent group session …", where the name may hold anything.
  const [state, parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" ? undefined : { pid, parent: Number(parent), session: Number(session) };
}

function contents(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
