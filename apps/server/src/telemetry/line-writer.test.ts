/** Lines that find no room: on a device of Linux that is always full, and in a pipe that nobody reads. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

import { LineWriter } from "./line-writer.ts";

function opened(path: string, flags: number): number {
  const file = openSync(path, flags);
  onTestFinished(() => closeSync(file));
  return file;
}

/** Both ends, of which neither waits. */
function pipe(): { readonly from: number; readonly to: number } {
  const folder = mkdtempSync(join(tmpdir(), "roomcast-pipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const from = opened(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { from, to: opened(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

function readAll(from: number): string {
  const bytes = Buffer.alloc(1024 * 1024);
  return bytes.toString("utf8", 0, readSync(from, bytes));
}

describe.runIf(process.platform === "linux")("W-17", () => {
  it("a full disk harms nobody", () => {
    const lines = new LineWriter(opened("/dev/full", constants.O_WRONLY), () => undefined);
    expect(() => {
      for (let line = 0; line < 9; line += 1) lines.write("a line\n");
    }).not.toThrow();
  });

  it("a reader that stands still is waited for once; when it reads again, it is told how many lines it lacks, and no line is in another", () => {
    const { from, to } = pipe();
    const lost: number[] = [];
    const lines = new LineWriter(to, (count) => lost.push(count));
    // The last of them that a pipe takes, it takes in part.
    const line = "x".repeat(9_999);
    const begin = performance.now();
    for (let written = 0; written < 1_000; written += 1) lines.write(`${line}\n`);
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(lost).toEqual([]);
    const before = readAll(from);
    lines.write("again\n");
    lines.write("and again\n");
    const read = (before + readAll(from)).split("\n");
    expect(read.slice(-3)).toEqual(["again", "and again", ""]);
    expect(lost).toEqual([1_000 - read.filter((each) => each === line).length]);
  });
});
