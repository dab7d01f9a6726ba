/** Owns what axe finds on a page that would keep somebody out. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** A line for each rule that is broken seriously or critically, with where. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
