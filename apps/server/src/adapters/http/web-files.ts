/** Owns the files of a built web app, in memory: what is not opened while it is sent cannot be left open by who stops reading. */
import { lookup } from "mrmime";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

interface Body {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
}

export interface WebFile extends Body {
  /** For whoever unpacks it: what the build left beside it, as `….gz`. */
  readonly packed?: Body;
}

/** Where Vite puts files whose names change with their content. */
const HASHED = "/assets/";
const YEAR_S = 31_536_000;
const PACKED = ".gz";

/** By the path of each, decoded. What begins with a dot is nobody's business. */
export function readWebFiles(folder: string): ReadonlyMap<string, WebFile> {
  const bodies = new Map<string, Buffer>(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [`/${relative(folder, file).split(sep).join("/")}`, file] as const)
      .filter(([path]) => !path.includes("/."))
      .map(([path, file]) => [path, readFileSync(file)]),
  );
  const isPackedTwin = (path: string): boolean =>
    path.endsWith(PACKED) && bodies.has(path.slice(0, -PACKED.length));
  return new Map(
    [...bodies]
      .filter(([path]) => !isPackedTwin(path))
      .map(([path, body]) => [path, webFile(path, body, bodies.get(path + PACKED))]),
  );
}

function webFile(path: string, body: Buffer, packed: Buffer | undefined): WebFile {
  if (packed === undefined) return bodyOf(path, body);
  const vary = { Vary: "Accept-Encoding" };
  return {
    ...bodyOf(path, body, vary),
    packed: bodyOf(path, packed, { ...vary, "Content-Encoding": "gzip" }),
  };
}

function bodyOf(path: string, body: Buffer, more: Body["headers"] = {}): Body {
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
      ...more,
    },
  };
}
