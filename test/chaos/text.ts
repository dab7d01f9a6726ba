/** Owns what events say in a chaos run: their own id, so that a body under another's name is noticed. */

/** Of the bundled contract. */
const SMALL_EVENT = "message";
/** Unknown to the contract, and so unbounded by it. */
const LARGE_EVENT = "blob";

/** Events of this size are said in a room of their own. */
export const LARGE_BYTES = 28_000;
export const LARGE_ROOM = "large";

/** What a newcomer asks for: as much as a page surely holds. */
export const historyOf = (room: string): number => (room === LARGE_ROOM ? 8 : 300);

export const eventOf = (room: string): string => (room === LARGE_ROOM ? LARGE_EVENT : SMALL_EVENT);

export const dataOf = (id: string, padding = 0): { text: string } => ({
  text: `${id} ${"x".repeat(padding)}`,
});

/** The id that data speaks of; the history checker finds one that differs from its event's to be invented. */
export function idWithin(id: string, data: unknown): string {
  const text = typeof data === "object" && data !== null && "text" in data ? String(data.text) : "";
  return text.startsWith(`${id} `) ? id : `${id} with the data of ${text.slice(0, 40)}`;
}
