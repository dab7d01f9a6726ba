/** Owns what a request asks for: path, query and authority, in each form that RFC 9112 §3.2 allows. */
import type { IncomingMessage } from "node:http";

export interface RequestTarget {
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: string;
  /** `host[:port]` as the client wrote it; of an absolute form it wins over the Host header. */
  readonly authority: string;
}

export function requestTarget(request: IncomingMessage): RequestTarget {
  const url = request.url ?? "/";
  const host = request.headers.host ?? "";
  if (url.startsWith("/")) return { ...split(url), authority: host };
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)/i.exec(url);
  if (absolute === null) return { path: url, query: "", authority: host };
  const [, authority = "", rest = ""] = absolute;
  return { ...split(rest.startsWith("/") ? rest : `/${rest}`), authority };
}

function split(url: string): { path: string; query: string } {
  const [beforeFragment = ""] = url.split("#", 1);
  const at = beforeFragment.indexOf("?");
  if (at === -1) return { path: beforeFragment, query: "" };
  return { path: beforeFragment.slice(0, at), query: beforeFragment.slice(at + 1) };
}
