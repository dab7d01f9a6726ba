/**
 * Owns where a reader is in all its rooms at once: the sequence of the log up to which it has had everything, and the one
 * room of which it has had less, while that room catches up. Its text is the same for all who have the same.
 */
import type { Position } from "@roomcast/protocol";

export interface Cursor {
  readonly sequence: number;
  readonly behind?: { readonly room: string; readonly sequence: number } | undefined;
}

/** Where a reader is that has taken a message: in its room, and in all its rooms. */
export interface Reached extends Partial<Position>, Partial<Cursor> {}

/** In no generation and in no name of a room. */
const SEPARATOR = "/";
const MAX_LENGTH = 512;
const WHOLE = /^\d{1,15}$/;

/** A cursor as text, to be given back by a client that returns. @param generation of the log. */
export const cursorText = (generation: string, { sequence, behind }: Cursor): string =>
  [generation, sequence, ...(behind === undefined ? [] : [behind.room, behind.sequence])].join(SEPARATOR);

/** undefined when it is no cursor of ours. */
export function parseCursor(text: string): (Cursor & { readonly generation: string }) | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [generation = "", sequence = "", room, behind = "", ...more] = text.split(SEPARATOR);
  if (!WHOLE.test(sequence) || more.length > 0) return undefined;
  if (room === undefined) return { generation, sequence: Number(sequence) };
  if (!WHOLE.test(behind)) return undefined;
  return { generation, sequence: Number(sequence), behind: { room, sequence: Number(behind) } };
}

/** Up to where a reader has had everything of one room. */
export const sequenceIn = ({ sequence, behind }: Cursor, room: string): number =>
  behind?.room === room ? behind.sequence : sequence;

/** What a reader has had whose other rooms are at `sequence`, and that has yet to get `next` of this one. */
export const upTo = (sequence: number, room: string, next: number | undefined): Cursor =>
  next === undefined || next > sequence ? { sequence } : { sequence, behind: { room, sequence: next - 1 } };
