const ROOM = /^[A-Za-z0-9_.:-]{1,128}$/;
const EVENT = /^[a-z][A-Za-z0-9_.-]{0,63}$/;
const WELL_FORMED = /^\P{Surrogate}*$/u;

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= 64;

export function check(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const { type, id, room, event, data, echo, to } = value as Record<string, unknown>;
  if (type !== "publish" || !isText(id) || !WELL_FORMED.test(id)) return undefined;
  if (typeof room !== "string" || !ROOM.test(room)) return undefined;
  if (typeof event !== "string" || !EVENT.test(event) || !("data" in value)) return undefined;
  if (echo !== undefined && typeof echo !== "boolean") return undefined;
  if (to !== undefined && !isText(to)) return undefined;
  return {
    type,
    id,
    room,
    event,
    data,
    ...(echo !== undefined && { echo }),
    ...(to !== undefined && { to }),
  };
}

/** Unknown fields are dropped in any case. */
export const drop = check;
