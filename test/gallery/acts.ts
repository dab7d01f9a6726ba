/** Owns what is done by hand in the scenes of the chat. */
import type { Page } from "playwright-core";

import type { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { talk } from "./talk.ts";

export const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: typeof name === "string" });
export const message = (page: Page, text: string) =>
  page.getByRole("log").getByRole("article").filter({ hasText: text }).last();
export const banner = (page: Page) => page.getByRole("region", { name: "Connection trouble" });

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await button(page, "Send").click();
}

export async function act(page: Page, text: string, name: string): Promise<void> {
  await message(page, text).focus();
  await button(page, name).first().click();
}

/** In the middle of a conversation. */
export const talking =
  (then: (page: Page, stage: Stage) => Promise<unknown> = async () => undefined): Scene["play"] =>
  async (stage) => {
    await talk(stage, "launch");
    const page = await stage.enter("launch");
    await message(page, "any more").waitFor();
    await then(page, stage);
    return page;
  };
