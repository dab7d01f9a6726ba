/**
 * Owns what a room says within one turn of the event loop: each message encoded once per format, all of them joined
 * into one buffer, and one write per member. Members who differ (a publisher with an ack in between) get a buffer of
 * their own, made of the same frames. Must not know rooms, sessions or sockets.
 */
import type { Down } from "@roomcast/protocol";

import type { Reached } from "../entering/cursor.ts";
import type { Format } from "../ports/connection.ts";

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

export class Batch<Member extends Receiver> {
  readonly #spoken: readonly Spoken[];
  /** Of those who differ. */
  #edits: Map<Member, Edit[]> | undefined;
  #length = 0;
  #bytes = 0;
  /** Of what was pushed last. */
  #reached: Reached | undefined;

  /** @param formats those of all receivers: none MUST be added to them. Who goes needs none. */
  constructor(formats: readonly Format[]) {
    this.#spoken = formats.map((format) => ({ format, frames: [] }));
  }

  /** How many messages have gathered. */
  get length(): number {
    return this.#length;
  }

  /** Over all formats, to know when it is time to write. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Somebody gets it who comes back by cursor. */
  get inSequence(): boolean {
    return this.#spoken.some(({ format }) => format.inSequence === true);
  }

  push(message: Down, at?: Reached): void {
    // All or none: a format that throws must not leave the others one frame ahead.
    const encoded = this.#spoken.map(({ format }) => format.encode(message, at));
    for (let index = 0; index < encoded.length; index += 1) {
      const frame = encoded[index];
      if (frame === undefined) continue;
      this.#bytes += frame.length;
      this.#spoken[index]?.frames.push(frame);
    }
    this.#length += 1;
    this.#reached = at;
  }

  /** For one member alone, behind what was pushed so far. */
  insert(member: Member, message: Down): void {
    this.#edit(member, { index: this.#length, skip: false, insert: member.encode(message) });
  }

  /** One member gets this, or nothing, in the place of what was pushed last. */
  replaceLast(member: Member, message: Down | null): void {
    const insert = message === null ? null : member.encode(message, this.#reached);
    this.#edit(member, { index: this.#length - 1, skip: true, insert });
  }

  /** What each member gets. Nothing MUST be pushed any more. */
  framesFor(): (member: Member) => Uint8Array | undefined {
    const [spoken, edits] = [this.#spoken, this.#edits];
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
    const edits = (this.#edits ??= new Map<Member, Edit[]>());
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
