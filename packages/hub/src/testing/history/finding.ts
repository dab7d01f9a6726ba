/** Owns what a broken promise looks like. The rules are those that PROTOCOL.md and docs/guarantees.md promise. */

export const RULES = {
  S1: "every acked event reaches each reader that covers it, or lies inside a gap that was told",
  S2: "an event reaches a reader at most once",
  S3: "offsets are +1 within an epoch",
  S4: "a position names one event, for all readers and for the log",
  S5: "nobody receives what nobody published",
  S6: "the events of one publisher keep their order",
  S7: "the position of an ack is that of the event",
  S8: "an event is kept at most once, whatever became of its ack",
} as const;

export type Rule = keyof typeof RULES;

export interface Finding {
  readonly rule: Rule;
  readonly room: string;
  /** Whose view breaks the rule: a reader, a publisher, or the log. */
  readonly who: string;
  readonly offsets: readonly number[];
  readonly ids: readonly string[];
  /** What happened, in a sentence. */
  readonly what: string;
}

/** The `who` of a finding about what the server kept. */
export const THE_LOG = "the log";
