/** Owns what axe finds on a page that would keep somebody out. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** A page in the dark is the same page in other colours: all rules but these would find the same twice. */
export const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** A line for each rule, all or one of these, that is broken seriously or critically, with where. */
export async function seriousFaults(page: Page, rules?: string[]): Promise<string[]> {
  // Legacy: without a second page for each run, which serves frames of other origins, and here there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
