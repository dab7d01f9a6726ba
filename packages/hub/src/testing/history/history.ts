/** Owns one whole run: all that was observed, in the order of its happening, and what the server has in the end. Plain JSON. */
import type { Observation } from "./observation.ts";

export interface FinalEvent {
  readonly offset: number;
  readonly sender: string;
  readonly id: string;
}

/** A room as its log is read once everything has settled. */
export interface FinalLog {
  readonly room: string;
  readonly epoch: string;
  /** The highest offset that was trimmed; 0 when none was. */
  readonly floor: number;
  readonly top: number;
  readonly events: readonly FinalEvent[];
}

export interface History {
  readonly observations: readonly Observation[];
  /** Of every room that was published to or read. */
  readonly logs: readonly FinalLog[];
}
