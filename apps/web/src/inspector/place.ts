/** Owns where in the inspector one is: `#rooms/general` is the room “general” among the rooms. Links and Back work. */

export const SECTIONS = ["overview", "rooms", "clients", "users", "tail", "contract"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Where {
  readonly section: Section;
  /** A room, a client or a user; undefined for all of them. */
  readonly item: string | undefined;
}

export const hashOf = (section: Section, item?: string): string =>
  `#${section}${item === undefined ? "" : `/${encodeURIComponent(item)}`}`;

export function whereOf(hash: string): Where {
  const [name, item] = hash.replace(/^#/, "").split("/", 2);
  const section = SECTIONS.find((each) => each === name) ?? "overview";
  return { section, item: item === undefined || item === "" ? undefined : decoded(item) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
