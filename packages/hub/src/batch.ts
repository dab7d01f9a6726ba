/**
 * Owns what a room says within one turn of the event loop: each message encoded once per format, all of them joined
 * into one buffer, and one write per member. Members who differ (a publisher with an ack in between) get a buffer of
 * their own, made of the same frames. Must not know rooms, sessions or sockets.
 */
import type { Down } from "@roomcast/protocol";

import type { Format } from "./connection.ts";
import type { Reached } from "./cursor.ts";

/** Before the frame at `index`: `insert` it for this receiver, and with `skip` leave that frame out. */
interface Edit {
  readonly index: number;
  readonly skip: boolean;
  readonly insert: Uint8Array | null;
}

interface Receiver {
  readonly format: Format;
  /** What goes to this receiver alone. */
  encode(message: Down, at?: Reached): Uint8Array;
}

interface Spoken {
  readonly format: Format;
  readonly frames: Uint8Array[];
}

interface Gathered<Member> {
  /** By all receivers when the first was pushed; who has gone since needs none. */
  readonly spoken: readonly Spoken[];
  /** Of those who differ. */
  edits: Map<Member, Edit[]> | undefined;
  length: number;
  bytes: number;
}

export class Batch<Member extends Receiver> {
  /** Nothing is held for a room in which nothing is said. */
  #gathered: Gathered<Member> | undefined;

  get empty(): boolean {
    return this.#gathered === undefined;
  }

  /** How many messages have gathered. */
  get length(): number {
    return this.#gathered?.length ?? 0;
  }

  /** Over all formats, to know when it is time to write. */
  get bytes(): number {
    return this.#gathered?.bytes ?? 0;
  }

  /** @param formats those of all receivers; none MUST be added until `take`. */
  push(message: Down, formats: readonly Format[], at?: Reached): void {
    const spoken = this.#gathered?.spoken ?? formats.map((format) => ({ format, frames: [] }));
    // All or none: a format that throws must not leave the others one frame ahead.
    const encoded = spoken.map(({ format }) => format.encode(message, at));
    const gathered = (this.#gathered ??= { spoken, edits: undefined, length: 0, bytes: 0 });
    for (let index = 0; index < encoded.length; index += 1) {
      const frame = encoded[index];
      if (frame === undefined) continue;
      gathered.bytes += frame.length;
      spoken[index]?.frames.push(frame);
    }
    gathered.length += 1;
  }

  /** For one member alone, behind what was pushed so far; MUST be something. */
  insert(member: Member, message: Down): void {
    this.#edit(member, { index: this.length, skip: false, insert: member.encode(message) });
  }

  /** One member gets this, or nothing, in the place of what was pushed last. */
  replaceLast(member: Member, message: Down | null, at?: Reached): void {
    const insert = message === null ? null : member.encode(message, at);
    this.#edit(member, { index: this.length - 1, skip: true, insert });
  }

  /** What each member gets; the batch is empty afterwards. */
  take(): (member: Member) => Uint8Array | undefined {
    const gathered = this.#gathered;
    this.#gathered = undefined;
    if (gathered === undefined) return () => undefined;
    const { spoken, edits } = gathered;
    const parcels = spoken.map(({ format, frames }) => ({ format, frames, all: joined(format, frames) }));
    const [first] = parcels;
    // Most rooms speak one format, and nobody differs.
    if (edits === undefined && parcels.length === 1) return () => first?.all;
    return (member) => {
      const { format } = member;
      const parcel = first?.format === format ? first : parcels.find((each) => each.format === format);
      const own = edits?.get(member);
      if (parcel === undefined || own === undefined) return parcel?.all;
      const list = edited(parcel.frames, own);
      return list.length === 0 ? undefined : joined(format, list);
    };
  }

  #edit(member: Member, edit: Edit): void {
    if (this.#gathered === undefined) throw new Error("nothing has gathered");
    const edits = (this.#gathered.edits ??= new Map<Member, Edit[]>());
    const own = edits.get(member);
    if (own === undefined) edits.set(member, [edit]);
    else own.push(edit);
  }
}

const joined = (format: Format, frames: readonly Uint8Array[]): Uint8Array => {
  const [first] = frames;
  return frames.length === 1 && first !== undefined ? first : format.join(frames);
};

/** Edits stand in the order of their index, as they were made. */
function edited(frames: readonly Uint8Array[], edits: readonly Edit[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let next = 0;
  for (let index = 0; index <= frames.length; index += 1) {
    let skip = false;
    for (let edit = edits[next]; edit?.index === index; edit = edits[next]) {
      if (edit.insert !== null) out.push(edit.insert);
      skip ||= edit.skip;
      next += 1;
    }
    const frame = frames[index];
    if (frame !== undefined && !skip) out.push(frame);
  }
  return out;
}
