/** Owns the close codes of a WebSocket. 4000–4499 say "reconnect", 4500–4999 say "stop": a new code needs no new client. */

/** By name: the code, and what it means to a client. The reason of a close frame may say more. */
export const CLOSE_CODES = {
  normal: { code: 1000, meaning: "the client left" },
  goingAway: { code: 1001, meaning: "the page or the server went away" },
  policy: { code: 1008, meaning: "the request was against a policy" },
  tooLarge: { code: 1009, meaning: "a message was larger than allowed" },
  restart: { code: 1012, meaning: "the server restarts" },
  badMessages: { code: 4400, meaning: "too many frames held no message" },
  tokenExpired: { code: 4401, meaning: "the token expired; reconnect with a new one" },
  helloTimeout: { code: 4408, meaning: "no hello arrived in time" },
  slowConsumer: { code: 4413, meaning: "too much was queued for a slow reader; resume" },
  tooMany: { code: 4429, meaning: "too many connections, messages or hellos" },
  unauthorised: { code: 4501, meaning: "the token was refused" },
  forbidden: { code: 4503, meaning: "not allowed" },
  protocolUnsupported: { code: 4505, meaning: "this version of the protocol is not spoken here" },
  kicked: { code: 4506, meaning: "removed by an operator or the application" },
  superseded: { code: 4509, meaning: "a newer socket took over the session" },
} as const satisfies Record<string, { code: number; meaning: string }>;

/** A name of the table of close codes. */
export type CloseName = keyof typeof CLOSE_CODES;
/** A code of that table. A peer may close with others. */
export type CloseCode = (typeof CLOSE_CODES)[CloseName]["code"];

/** Close codes after which a client must not reconnect by itself. */
export const isFinalClose = (code: number): boolean => code >= 4500 && code <= 4999;
