/**
 * Owns which web pages may speak to the server. Browsers say in `Origin` whose page it is, and let no page forge it;
 * everything else can, so this guards a visitor's browser and never stands in for a token.
 */
import type { IncomingMessage } from "node:http";

import { requestTarget } from "./request-target.ts";

export class Origins {
  readonly #listed: ReadonlySet<string> | undefined;

  /** @param listed exactly these. Default: the origin that the server is reached by, and loopback origins. */
  constructor(listed?: readonly string[]) {
    this.#listed = listed && new Set(listed);
  }

  /** Whether the page that the request comes from may speak to the server; false when it names none. */
  allows(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    return origin !== undefined && this.#allowsOrigin(origin, request);
  }

  /**
   * Whether the request is of a page that may not make it. What a page shows or runs (a picture, a script) it asks for without
   * an Origin; then its browser says that it is of another site.
   */
  isForeign(request: IncomingMessage): boolean {
    const { origin, "sec-fetch-site": site = "none" } = request.headers;
    if (origin !== undefined) return !this.#allowsOrigin(origin, request);
    return site !== "same-origin" && site !== "none" && !this.allowsUnnamed(request);
  }

  /**
   * Whether a page that may do so made a request without an Origin: browsers leave it out where a page only reads from
   * its own server. What names the page instead no other page can forge either.
   */
  allowsUnnamed(request: IncomingMessage): boolean {
    const { origin, referer, "sec-fetch-site": site } = request.headers;
    if (origin !== undefined) return false;
    const page = referer === undefined ? undefined : URL.parse(referer)?.origin;
    return site === "same-origin" || (page !== undefined && this.#allowsOrigin(page, request));
  }

  /**
   * The origin under which a request reached the server, where that is known and not only said: a name that is listed,
   * or one of this machine.
   */
  reached(request: IncomingMessage): URL | undefined {
    const { authority } = requestTarget(request);
    for (const listed of this.#listed ?? []) {
      const origin = parseOrigin(listed);
      if (origin !== undefined && isSame(origin, authority)) return origin;
    }
    const own = URL.parse(`${"encrypted" in request.socket ? "https" : "http"}://${authority}`);
    return own !== null && isLoopbackName(own.hostname) ? own : undefined;
  }

  #allowsOrigin(origin: string, request: IncomingMessage): boolean {
    if (this.#listed !== undefined) return this.#listed.has(origin);
    const url = parseOrigin(origin);
    return (
      url !== undefined && (isLoopbackName(url.hostname) || isSame(url, requestTarget(request).authority))
    );
  }
}

/** An origin and nothing more, in the form in which browsers send it. */
export function parseOrigin(text: string): URL | undefined {
  const url = URL.parse(text);
  return url?.origin === text && /^https?:$/.test(url.protocol) ? url : undefined;
}

export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The scheme is not compared: behind a proxy the page is https, and the server cannot know. */
export function isSame(origin: URL, authority: string): boolean {
  return URL.parse(`${origin.protocol}//${authority}`)?.host === origin.host && authority !== "";
}
