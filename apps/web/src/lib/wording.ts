/** Owns what the machine's codes mean to a person: why a connection ended, a message failed, or something is missing. */
import type { Failure, Reason, RoomGap } from "@roomcast/client";

import { counted } from "./format.ts";

const failures: Partial<Record<Failure["code"], string>> = {
  unknown: "No answer came, so it may or may not have arrived.",
  unsent: "The connection was down for too long. Nobody has seen it.",
  discarded: "It was given up.",
  outbox_full: "Too many messages are waiting already.",
  not_connected: "There is no connection now.",
  timeout: "The server did not answer in time.",
  overloaded: "Too much at once. Wait a moment.",
  too_many: "Too much at once. Wait a moment.",
  too_large: "It is too large.",
  quota: "This server takes no more of it.",
  storage_full: "The server has no space left.",
  storage_unavailable: "The server cannot store anything now.",
  internal: "The server failed.",
  not_joined: "You are not in this room.",
  forbidden: "You are not allowed to.",
  unauthorised: "You need to sign in for that.",
  unknown_member: "They are no longer in the room.",
};

export const failureText = ({ code, message }: Failure): string =>
  failures[code] ?? `${capitalised(message)}.`;

const closes: Readonly<Record<number, string>> = {
  1001: "The server went away.",
  1012: "The server is restarting.",
  4413: "This tab could not keep up.",
  4429: "Too many connections at once.",
  4501: "The server did not accept who you are.",
  4503: "You are not allowed in.",
  4505: "This page is older than the server. Reload it.",
  4506: "You were removed by an operator.",
  4509: "This session was opened somewhere else.",
};

export function reasonText({ cause, code }: Reason): string {
  switch (cause) {
    case "requested":
      return "You disconnected.";
    case "drain":
      return "The server is restarting.";
    case "silence":
      return "The server stopped answering.";
    case "timeout":
      return "The server did not answer.";
    case "token":
      return "Signing in failed.";
    case "closed":
      return closes[code ?? 1006] ?? "The connection was lost.";
  }
}

export function gapText({ reason, from, to }: Pick<RoomGap, "reason" | "from" | "to">): string {
  const missing = from === null || to === null ? undefined : to - from + 1;
  switch (reason) {
    case "trimmed":
      return `History was trimmed here${missing === undefined ? "" : `: ${counted(missing, "message is", "messages are")} no longer kept`}`;
    case "recreated":
      return "This room began anew here; what was before is gone";
    case "store_lost_tail":
    case "hole":
      return `The server lost ${missing === undefined ? "messages" : counted(missing, "message")} here`;
    case "failover":
      return "The server was replaced here; messages may be missing";
  }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
