/** Owns what a scene is: a state of a screen that is worth a picture. */
import type { Page } from "playwright-core";

import type { Stage } from "./stage.ts";

export interface Scene {
  readonly settings?: Readonly<Record<string, string>>;
  /** Comes there, and waits for what must be seen before the picture is taken. */
  readonly play: (stage: Stage) => Promise<Page>;
}

export type Scenes = Readonly<Record<string, Scene>>;
