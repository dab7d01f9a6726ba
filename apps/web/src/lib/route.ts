/** Owns the addresses of the app: which view a path means, and which path leads to a room. Knows no history, no DOM. */
import { checkRoomName } from "./room-name.ts";

export type Route =
  | { readonly view: "home" }
  | { readonly view: "room"; readonly room: string }
  | { readonly view: "bad-room"; readonly name: string }
  | { readonly view: "not-found" };

export const roomPath = (room: string): string => `/r/${encodeURIComponent(room)}`;

export function parseRoute(pathname: string): Route {
  if (pathname === "/") return { view: "home" };
  const [, name] = /^\/r\/([^/]*)\/?$/.exec(pathname) ?? [];
  if (name === undefined) return { view: "not-found" };
  const decoded = decode(name);
  const check = checkRoomName(decoded);
  return check.ok && check.room === decoded
    ? { view: "room", room: decoded }
    : { view: "bad-room", name: decoded };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A broken escape is no name either; it is shown as it stands.
    return part;
  }
}
