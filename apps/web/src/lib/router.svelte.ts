/** Owns the address bar. Links stay links: a plain click on one of our own changes the view, anything else is the browser's. */
import { parseRoute, type Route, roomPath } from "./route.ts";

export class Router {
  #route = $state.raw<Route>(parseRoute(location));

  constructor() {
    addEventListener("popstate", () => this.#read());
    document.addEventListener("click", (event) => this.#onClick(event));
  }

  get route(): Route {
    return this.#route;
  }

  enterRoom(room: string, message?: number): void {
    this.#go(roomPath(room, message));
  }

  #go(path: string): void {
    if (path !== location.pathname + location.search) history.pushState(null, "", path);
    this.#read();
  }

  #read(): void {
    this.#route = parseRoute(location);
  }

  #onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link?.origin !== location.origin || link.target !== "" || link.hasAttribute("download")) return;
    // What the app has no view for may be the server's.
    if (parseRoute(link).view === "not-found") return;
    event.preventDefault();
    this.#go(link.pathname + link.search);
  }
}
