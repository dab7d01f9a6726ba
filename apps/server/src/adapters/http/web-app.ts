/** Owns handing out the built web app: its files, and its one page for every room. */
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";

import { requestTarget } from "../request-target.ts";
import { readWebFiles, type WebFile } from "./web-files.ts";

/** What the page may do: run its own files, and talk to where it came from. Nothing inline, nothing evaluated. */
const CONTENT_SECURITY_POLICY = [
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

const SECURITY_HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Answers, or calls `next` when the path is nothing of it. */
export type WebApp = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * @param folder that holds the build.
 * @param devUrl where the web app is served from while it is being developed, for whoever looks for it here.
 */
export function webApp(folder: string, devUrl: string): WebApp {
  const index = join(folder, "index.html");
  const page = existsSync(index) ? readFileSync(index) : Buffer.from(signpost(devUrl));
  const files = existsSync(index) ? readWebFiles(folder) : new Map<string, WebFile>();
  return (request, response, next) => {
    const file = files.get(decoded(requestTarget(request).path));
    if (request.method !== "GET" && request.method !== "HEAD") next();
    else if (isPage(request)) sendPage(response, page);
    else if (file !== undefined) sendFile(request, response, file);
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

function sendPage(response: ServerResponse, page: Buffer): void {
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": page.length,
    "Cache-Control": "no-cache",
  });
  response.end(page);
}

function sendFile(request: IncomingMessage, response: ServerResponse, { headers, body }: WebFile): void {
  const { ETag: tag, "Content-Length": _, ...rest } = headers;
  if (request.headers["if-none-match"]?.includes(String(tag)) === true) {
    response.writeHead(304, { ...SECURITY_HEADERS, ...rest, ETag: tag }).end();
    return;
  }
  response.writeHead(200, { ...SECURITY_HEADERS, ...headers });
  response.end(body);
}

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
