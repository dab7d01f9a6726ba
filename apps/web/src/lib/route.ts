/** Owns the addresses of the app: which view an address means, and which leads to a room. Knows no history, no DOM. */
import { faces } from "./faces.ts";
import { checkRoomName } from "./room-name.ts";

export type Route =
  | { readonly view: "home" }
  /** `message`: the offset that the link points to. */
  | { readonly view: "room"; readonly room: string; readonly message?: number }
  | { readonly view: "face"; readonly path: string }
  | { readonly view: "bad-room"; readonly name: string }
  | { readonly view: "not-found" };

export function roomPath(room: string, message?: number): string {
  const path = `/r/${encodeURIComponent(room)}`;
  return message === undefined ? path : `${path}?m=${message}`;
}

export function parseRoute({ pathname, search }: Pick<URL, "pathname" | "search">): Route {
  if (pathname === "/") return { view: "home" };
  const [, name] = /^\/r\/([^/]*)\/?$/.exec(pathname) ?? [];
  if (name !== undefined) return roomRoute(decode(name), new URLSearchParams(search).get("m"));
  const path = pathname.replace(/\/$/, "");
  return faces.has(path) ? { view: "face", path } : { view: "not-found" };
}

function roomRoute(name: string, message: string | null): Route {
  const check = checkRoomName(name);
  if (!check.ok || check.room !== name) return { view: "bad-room", name };
  // A link whose number is none still leads to its room.
  const offset = /^[1-9]\d{0,15}$/.test(message ?? "") ? Number(message) : undefined;
  return { view: "room", room: name, ...(offset !== undefined && { message: offset }) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A broken escape is no name either; it is shown as it stands.
    return part;
  }
}
