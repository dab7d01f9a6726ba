/** Owns what a person may type as the name of a room: is it one, and if not, why not and what would be. */
import { isRoomName, MAX_ROOM_LENGTH } from "@roomcast/protocol";

import { t } from "../texts/language.svelte.ts";

export type RoomNameCheck =
  | { readonly ok: true; readonly room: string }
  | { readonly ok: false; readonly reason: string; readonly suggestion?: string };

/** A path made of dots alone is resolved away by every browser, so such a room could not be linked to. */
const isOnlyDots = (name: string): boolean => /^\.+$/.test(name);

export function checkRoomName(input: string): RoomNameCheck {
  const room = input.trim().replace(/^#/, "");
  if (isRoomName(room) && !isOnlyDots(room)) return { ok: true, room };
  const suggestion = suggestRoomName(room);
  const reason = reasonAgainst(room);
  return suggestion === undefined ? { ok: false, reason } : { ok: false, reason, suggestion };
}

function reasonAgainst(room: string): string {
  const { wrong } = t();
  if (room === "") return wrong.needsName;
  if (isOnlyDots(room)) return wrong.needsLetter;
  if (/\s/.test(room)) return wrong.noSpaces;
  const [stranger] = /[^A-Za-z0-9_.:-]/u.exec(room) ?? [];
  return stranger === undefined ? wrong.tooLong(MAX_ROOM_LENGTH) : wrong.stranger(stranger);
}

/** The nearest name that is one: accents off, everything else that is not allowed to a dash. */
function suggestRoomName(room: string): string | undefined {
  const near = room
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^A-Za-z0-9_.:-]+/g, "-")
    .slice(0, MAX_ROOM_LENGTH)
    .replace(/^[-.]+|[-.]+$/g, "");
  return isRoomName(near) ? near : undefined;
}
