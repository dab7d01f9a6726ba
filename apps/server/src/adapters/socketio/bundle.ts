/** Owns handing out the stock browser client, as socket.io-client is published. */
import { refusal } from "@roomcast/protocol";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { refused, send } from "../http/answer.ts";
import { SECURITY_HEADERS } from "../security-headers.ts";

const SCRIPT = "text/javascript; charset=utf-8";
const TYPES = new Map([
  ...["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"].flatMap((name) => [
    [name, SCRIPT] as const,
    [`${name}.map`, "application/json; charset=utf-8"] as const,
  ]),
]);

const require = createRequire(import.meta.url);
const manifest = require.resolve("socket.io-client/package.json");
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
const ETAG = `"${version}"`;
/** Read when somebody first asks. */
const files = new Map<string, Buffer>();

export function bundle(name: string, request: IncomingMessage, response: ServerResponse): void {
  const type = TYPES.get(name);
  if (type === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
    send(response, refused(refusal("not_found")));
    return;
  }
  const headers = {
    "Content-Type": type,
    "Cache-Control": "public, max-age=0, must-revalidate",
    ETag: ETAG,
    ...SECURITY_HEADERS,
  };
  if (request.headers["if-none-match"]?.includes(ETAG) === true) {
    response.writeHead(304, headers).end();
    return;
  }
  const file = files.get(name) ?? readFileSync(join(dirname(manifest), "dist", name));
  files.set(name, file);
  response.writeHead(200, { ...headers, "Content-Length": file.length }).end(file);
}
