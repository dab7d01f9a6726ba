/** Owns the moments at which a server can be made to die. failpoints.ts knows where they lie. */
export const FAILPOINTS = [
  "before-insert",
  "after-insert",
  "after-commit",
  "before-fan-out",
  "mid-fan-out",
  "torn-frame",
  "before-ack",
  "in-trim",
  "in-checkpoint",
  "in-boot",
  "in-drain",
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

/** Set for the server alone: `<failpoint>:<n>`, to die at the n-th time that it comes there. */
export const FAILPOINT_VARIABLE = "CHAOS_FAILPOINT";

/** Said on standard error right before the end, followed by the name. */
export const LAST_WORDS = "chaos: killed at ";
