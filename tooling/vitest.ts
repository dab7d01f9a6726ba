/**
 * How the tests of every package run: on the sources of the workspace, with a report that scripts/test.ts adds up.
 * Knows vitest alone, and nothing of what any package does.
 */
import { globSync } from "node:fs";
import { defaultClientConditions, defaultServerConditions } from "vite";
import type { ViteUserConfig } from "vitest/config";

/** The export condition under which a package of this workspace is its sources and needs no build. */
export const sourceCondition = "@roomcast/source";

/** Where a package leaves the JSON report of its last run, seen from the package's folder. */
export const reportFile = ".report/vitest.json";

/**
 * The vitest config of a package; `test` adds to it or overrides it. `vitest` must be run in the package's folder, as
 * its scripts do.
 */
export function packageTests(test: ViteUserConfig["test"] = {}): ViteUserConfig {
  const typeTests = ["src/**/*.test-d.ts", "test/**/*.test-d.ts"];
  return {
    resolve: { conditions: [sourceCondition, ...defaultClientConditions] },
    ssr: {
      resolve: {
        conditions: [sourceCondition, ...defaultServerConditions],
        externalConditions: [sourceCondition, "node"],
      },
    },
    test: {
      // Worker threads and child processes that a test starts are resolved by Node itself.
      execArgv: [`--conditions=${sourceCondition}`],
      reporters: ["default", "json"],
      outputFile: { json: reportFile },
      // On a busy machine all takes longer. No test sleeps: patience is spent where something hangs, and nowhere else.
      testTimeout: 30_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 20_000 } },
      // Type tests cost a run of tsc: only a package that has some pays for it.
      typecheck: { enabled: globSync(typeTests).length > 0, include: typeTests },
      ...test,
    },
  };
}
