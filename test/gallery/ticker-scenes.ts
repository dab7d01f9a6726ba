/** Owns the scenes of the ticker. */
import type { Page } from "playwright-core";

import { JWT_SECRET } from "../harness/tokens.ts";
import type { Scenes } from "./scene.ts";
import type { Stage } from "./stage.ts";

async function tick(stage: Stage, symbol: string, price: number): Promise<void> {
  await fetch(`${stage.server.http}/v1/rooms/ticker/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event: "tick", data: { symbol, price, time: 0 } }),
  });
}

async function ticking(stage: Stage): Promise<Page> {
  const page = await stage.open("/ticker");
  for (let at = 0; at < 60; at += 1) {
    for (const [symbol, base] of [
      ["ACME", 64],
      ["NOVA", 312],
      ["QUBE", 0.042],
      ["ZETA", 1_820],
    ] as const)
      await tick(stage, symbol, base * (1 + Math.sin(at / 7 + base) / 40 + at / 4_000));
    await page.waitForTimeout(60);
  }
  return page;
}

export const tickerScenes: Scenes = {
  "ticker-empty": {
    play: async (stage) => {
      const page = await stage.open("/ticker");
      await page.getByText("No prices yet").waitFor();
      return page;
    },
  },
  "ticker-token": {
    settings: { ROOMCAST_JWT_SECRET: JWT_SECRET },
    play: async (stage) => {
      const page = await stage.open("/ticker");
      await page.getByLabel("Token").waitFor();
      return page;
    },
  },
  "ticker-live": { play: ticking },
  "ticker-stale": {
    play: async (stage) => {
      const page = await ticking(stage);
      await page
        .getByText(/^no tick for/)
        .first()
        .waitFor({ timeout: 30_000 });
      return page;
    },
  },
  "ticker-cut": {
    play: async (stage) => {
      const page = await ticking(stage);
      await stage.server.kill();
      await page.getByText(/^Not connected/).waitFor();
      return page;
    },
  },
};
