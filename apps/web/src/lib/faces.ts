/** Owns the faces of the app beside the chat: an address each, and a view that is loaded when somebody goes there. */
import type { Component } from "svelte";

import type { Theme } from "./theme.svelte.ts";

/** `() => import("../views/….svelte")`: what the chat does not need is not in its first load. */
type Load = () => Promise<{ readonly default: Component<{ readonly theme: Theme }> }>;

/** By path. The server answers each of them with the app's page (apps/server/src/adapters/http/web-app.ts). */
export const faces: ReadonlyMap<string, Load> = new Map<string, Load>([
  ["/ticker", () => import("../ticker/TickerView.svelte")],
  ["/inspect", () => import("../inspector/InspectorView.svelte")],
]);
