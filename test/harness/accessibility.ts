/** Owns what axe finds on a page, in light and dark, that would keep somebody out. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

import { until } from "./until.ts";

/** A page in the dark is the same page in other colours: all rules but these would find the same twice. */
const DARK_RULES = ["color-contrast", "link-in-text-block"];

/** A line for each rule that is broken seriously or critically, with where. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Nothing is judged in the middle of its appearing.
    await until("nothing moves", () =>
      page.evaluate(() => document.getAnimations().every(({ playState }) => playState !== "running")),
    );
    // Legacy: without a second page for each run, which serves frames of other origins, and here there are none.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const { violations } = await (colorScheme === "dark" ? axe.withRules(DARK_RULES) : axe).analyze();
    for (const { id, impact, nodes } of violations)
      if (impact === "serious" || impact === "critical")
        faults.push(`${colorScheme}: ${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  }
  return faults;
}
