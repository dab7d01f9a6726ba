/** Owns handing out the built web app: its files, and its one page for every room. */
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { join } from "node:path";

import { SECURITY_HEADERS } from "../security-headers.ts";
import { requestTarget } from "../request-target.ts";
import { readWebFiles, type WebFile } from "./web-files.ts";

/**
 * What the bundled app's page may do: run its own files, and talk to where it came from. Nothing inline, nothing evaluated.
 * Pages of somebody else's say for themselves what they need.
 */
export const BUNDLED_APP_POLICY = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "font-src", "connect-src", "manifest-src"].map(
    (directive) => `${directive} 'self'`,
  ),
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  // Text becomes markup in one place alone: the templates that Svelte has compiled.
  "require-trusted-types-for 'script'",
  "trusted-types svelte-trusted-html",
].join("; ");

const PAGE_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": SECURITY_HEADERS["Referrer-Policy"],
  "X-Content-Type-Options": SECURITY_HEADERS["X-Content-Type-Options"],
};

/** Answers, or calls `next` when the path is nothing of it. */
export type WebApp = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * @param folder that holds the build.
 * @param devUrl where the web app is served from while it is being developed, for whoever looks for it here.
 * @param policy the Content-Security-Policy of what is in the folder; none when it is left out.
 */
export function webApp(folder: string, devUrl: string, policy?: string): WebApp {
  const security = {
    ...PAGE_HEADERS,
    ...(policy !== undefined && { "Content-Security-Policy": policy }),
  };
  const index = join(folder, "index.html");
  const page = existsSync(index) ? readFileSync(index) : Buffer.from(signpost(devUrl));
  const files = existsSync(index) ? readWebFiles(folder) : new Map<string, WebFile>();
  return (request, response, next) => {
    const file = files.get(decoded(requestTarget(request).path));
    if (request.method !== "GET" && request.method !== "HEAD") next();
    else if (isPage(request)) sendPage(response, page, security);
    else if (file !== undefined) sendFile(request, response, file, security);
    else next();
  };
}

/** Addresses of the app besides `/` and `/r/…` (apps/web/src/lib/faces.ts). */
const FACES: ReadonlySet<string> = new Set(["/ticker", "/inspect"]);

/** `/`, and the app's other addresses where a browser goes to them. */
function isPage(request: IncomingMessage): boolean {
  const { path } = requestTarget(request);
  if (path === "/") return true;
  return (path.startsWith("/r/") || FACES.has(path)) && (request.headers.accept ?? "").includes("text/html");
}

function sendPage(response: ServerResponse, page: Buffer, security: OutgoingHttpHeaders): void {
  response.writeHead(200, {
    ...security,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": page.length,
    "Cache-Control": "no-cache",
  });
  response.end(page);
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: WebFile,
  security: OutgoingHttpHeaders,
): void {
  const { headers, body } = (unpacks(request) ? file.packed : undefined) ?? file;
  const { ETag: tag, "Content-Length": _, ...rest } = headers;
  if (request.headers["if-none-match"]?.includes(String(tag)) === true) {
    response.writeHead(304, { ...security, ...rest, ETag: tag }).end();
    return;
  }
  response.writeHead(200, { ...security, ...headers });
  response.end(body);
}

/** It takes gzip and has not said otherwise. */
const unpacks = ({ headers }: IncomingMessage): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(headers["accept-encoding"] ?? "");

/** No file has the name that comes out of what is not percent-encoded UTF-8. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

const signpost = (devUrl: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Roomcast</title>
<h1>The Roomcast server runs</h1>
<p>The web app is not built here. While it is being developed it is at <a href="${devUrl}">${devUrl}</a>;
<code>pnpm build</code> brings it to this address.</p>
</html>
`;
