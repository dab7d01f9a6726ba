/** scripts/check-floors.ts, on lockfiles of which some have sunk. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const lockfile = readFileSync(join(ROOT, "pnpm-lock.yaml"), "utf8");

function checked(text: string): { readonly status: number | null; readonly said: string } {
  const folder = mkdtempSync(join(tmpdir(), "roomcast-floors-"));
  const file = join(folder, "pnpm-lock.yaml");
  writeFileSync(file, text);
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, "scripts/check-floors.ts"), file], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  return { status, said: stdout };
}

it("W-FLOORS: the lockfile is above its floors, and one that has sunk is named with the reason", () => {
  expect(checked(lockfile)).toEqual({ status: 0, said: "" });
  for (const [version, isSunk] of [
    ["8.22.9", true],
    ["7.99.0", true],
    ["8.23.0-beta.1", true],
    ["8.23.1", false],
    ["9.0.0", false],
  ] as const) {
    const { status, said } = checked(lockfile.replace(/^ {2}ws@8[^:]*:/gm, `  ws@${version}:`));
    expect([version, status]).toEqual([version, isSunk ? 1 : 0]);
    if (isSunk) expect(said).toContain(`ws ${version} is below 8.23.0: tiny fragments`);
  }
  expect(checked(`${lockfile}\n  engine.io@6.5.0:\n`).said).toContain("engine.io 6.5.0 is below");
  expect(checked(lockfile.replaceAll(/^ {2}jose@.*/gm, "")).said).toContain("jose is not in the lockfile");
});
