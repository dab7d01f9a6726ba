/** Owns the words in which a run is written down: what publishers asked and heard, and what readers were told. No logic. */
import type { Position } from "@roomcast/protocol";

/** What names an event: nobody but its sender may use the id again, in this room. */
export interface EventKey {
  readonly room: string;
  /** `from.user` of the event. */
  readonly sender: string;
  readonly id: string;
}

/** One reader in one room. A reader that is a publisher too has the client's name. */
interface Reading {
  readonly reader: string;
  readonly room: string;
}

export type Observation =
  /** A client publishes; `ok`, `fail` or `unknown` says what became of it. Without one of them it counts as unknown. */
  | ({
      readonly kind: "invoke";
      readonly client: string;
      /** false: the client's own reading is not to hold it. */
      readonly echo: boolean;
    } & EventKey)
  | ({ readonly kind: "ok"; readonly position: Position } & EventKey)
  /** Refused: nobody may ever see it. */
  | ({ readonly kind: "fail"; readonly code: string } & EventKey)
  | ({ readonly kind: "unknown" } & EventKey)
  /** A stay begins: the reader wants all after a position, or the newest `history` events and what follows them. */
  | ({ readonly kind: "begin"; readonly after: Position | null; readonly history: number } & Reading)
  /** The room was entered, again perhaps, and the reader has had all up to a position. */
  | ({ readonly kind: "joined"; readonly position: Position } & Reading)
  | ({
      readonly kind: "deliver";
      readonly epoch: string;
      readonly offset: number;
      readonly sender: string;
      readonly id: string;
    } & Reading)
  | ({
      readonly kind: "gap";
      readonly reason: string;
      readonly from: number | null;
      readonly to: number | null;
      readonly position: Position;
    } & Reading)
  /** The stay is over: nothing more is owed to this reader. */
  | ({ readonly kind: "leave" } & Reading);
