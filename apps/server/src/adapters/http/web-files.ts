/** Owns the files of a built web app, in memory: what is not opened while it is sent cannot be left open by who stops reading. */
import { lookup } from "mrmime";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

export interface WebFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
}

/** Where Vite puts files whose names change with their content. */
const HASHED = "/assets/";
const YEAR_S = 31_536_000;

/** By the path of each, decoded. What begins with a dot is nobody's business. */
export function readWebFiles(folder: string): ReadonlyMap<string, WebFile> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [`/${relative(folder, file).split(sep).join("/")}`, file] as const)
      .filter(([path]) => !path.includes("/."))
      .map(([path, file]) => [path, webFile(path, readFileSync(file))]),
  );
}

function webFile(path: string, body: Buffer): WebFile {
  const type = lookup(path) ?? "application/octet-stream";
  return {
    body,
    headers: {
      "Content-Type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
      "Content-Length": body.length,
      "Cache-Control": path.startsWith(HASHED)
        ? `public, max-age=${YEAR_S}, immutable`
        : "public, max-age=0, must-revalidate",
      ETag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    },
  };
}
