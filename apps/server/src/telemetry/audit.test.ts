import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { StartError } from "../start-error.ts";
import { type Act, type Audit, openAudit } from "./audit.ts";

const KICK: Act = { act: "kick", as: "operator", remote: "127.0.0.1", clientId: "c1" };

describe("the audit", () => {
  let folder: string;
  let file: string;
  let logged: { readonly message: string; readonly fields: object }[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "roomcast-audit-"));
    file = join(folder, "made", "audit.jsonl");
    logged = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (path: string | undefined): Audit => {
    const keep = (fields: object, message: string): void => void logged.push({ fields, message });
    return openAudit(path, { log: { info: keep as never, error: keep as never }, now: () => 1234 });
  };
  const lines = (path = file): unknown[] =>
    readFileSync(path, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);

  it("H-ADMIN-AUDIT: an act is a line of JSON with its time, for the owner of the file alone, and one of the log", () => {
    open(file)(KICK);
    expect(lines()).toEqual([{ time: 1234, ...KICK }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(logged).toEqual([{ message: "audit", fields: KICK }]);
  });

  it("H-ADMIN-AUDIT: what was there stays, and a file that is moved away is made anew", () => {
    open(file)(KICK);
    const audit = open(file);
    audit({ ...KICK, clientId: "c2" });
    renameSync(file, join(folder, "old"));
    audit({ ...KICK, clientId: "c3" });
    expect(lines(join(folder, "old"))).toMatchObject([{ clientId: "c1" }, { clientId: "c2" }]);
    expect(lines()).toMatchObject([{ clientId: "c3" }]);
  });

  it("T25: a reason with line breaks and escapes stays one short line", () => {
    open(file)({ ...KICK, reason: `a\nb\u001b[2J${"x".repeat(500)}` });
    expect(lines()).toMatchObject([
      { reason: expect.stringMatching(/^a\\u\{a\}b\\u\{1b\}\[2Jx+…$/) as string },
    ]);
  });

  it("H-ADMIN-AUDIT: where no file is named, an act is in the log", () => {
    open(undefined)(KICK);
    expect(logged).toEqual([{ message: "audit", fields: KICK }]);
  });

  it("H-ADMIN-AUDIT: a file that cannot be written stops the start, and later no act, but is told", () => {
    expect(() => open(folder)).toThrow(StartError);
    const audit = open(file);
    rmSync(join(folder, "made"), { recursive: true });
    audit(KICK);
    expect(logged.map(({ message }) => message)).toEqual(["audit", "the audit file cannot be written"]);
  });
});
