/** Owns the faces of the app beside the chat: an address each, and a view that is loaded when somebody goes there. */
import type { Component } from "svelte";

import type { Theme } from "./theme.svelte.ts";

export interface Face {
  readonly title: string;
  /** `() => import("../views/….svelte")`: what the chat does not need is not in its first load. */
  readonly load: () => Promise<{ readonly default: Component<{ readonly theme: Theme }> }>;
}

/** By path. The server answers each of them with the app's page (apps/server/src/adapters/http/web-app.ts). */
export const faces: ReadonlyMap<string, Face> = new Map<string, Face>([
  ["/ticker", { title: "Ticker", load: () => import("../ticker/TickerView.svelte") }],
  ["/inspect", { title: "Inspector", load: () => import("../inspector/InspectorView.svelte") }],
]);
