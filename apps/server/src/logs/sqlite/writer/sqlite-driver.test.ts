import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { temporaryFolder } from "../../../../test/sqlite-stores.ts";
import { openFile } from "./sqlite-driver.ts";

test("L-WARNING: the one warning about node:sqlite is left out, any other is not", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const real = process.getBuiltinModule("node:sqlite");
  vi.spyOn(process, "getBuiltinModule").mockImplementation(() => {
    process.emitWarning(
      "SQLite is an experimental feature and might change at any time",
      "ExperimentalWarning",
    );
    process.emitWarning("another matter", "ExperimentalWarning");
    return real;
  });
  openFile(join(temporaryFolder(), "a.db")).close();
  process.emitWarning("SQLite is an experimental feature, says somebody else later");
  vi.restoreAllMocks();
  expect(warned.mock.calls.map(([warning]) => warning)).toEqual([
    "another matter",
    "SQLite is an experimental feature, says somebody else later",
  ]);
});
