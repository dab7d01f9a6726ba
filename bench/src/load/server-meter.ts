/** Owns what the operating system says that the server's processes have used. Needs /proc: this bench runs on Linux. */
import { readdirSync, readFileSync } from "node:fs";

const KIBIBYTE = 1024;

export class ServerMeter {
  readonly #pids: readonly number[];

  constructor(pids: readonly number[]) {
    this.#pids = pids;
  }

  /** User and system time of all threads, in ns. Exact when the server is at rest; behind by a tick when it is not. */
  cpuNs(): number {
    return sum(this.#pids, (pid) =>
      sum(readdirSync(`/proc/${pid}/task`), (thread) => {
        // A thread that has ended since it was listed takes its time with it: servers keep theirs.
        const [ns] = contents(`/proc/${pid}/task/${thread}/schedstat`).split(" ");
        return Number(ns);
      }),
    );
  }

  residentBytes(): number {
    return sum(this.#pids, (pid) => kibibytes(`/proc/${pid}/status`, "VmRSS"));
  }

  peakBytes(): number {
    return sum(this.#pids, (pid) => kibibytes(`/proc/${pid}/status`, "VmHWM"));
  }

  /** Of the whole machine: sockets live here, those of the load client too. */
  static kernelBytes(): number {
    return kibibytes("/proc/meminfo", "Slab");
  }
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

function kibibytes(file: string, field: string): number {
  const [, value = "0"] = new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(contents(file)) ?? [];
  return Number(value) * KIBIBYTE;
}

function contents(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "0";
  }
}
