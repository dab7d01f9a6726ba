/** Owns how what happened to a client is told: a word, a tone, and the rest of it. */
import type { Happening } from "./answers.ts";
import { bytesText } from "./figures.ts";

export interface Telling {
  readonly word: string;
  readonly tone: "good" | "plain" | "warn" | "bad";
  readonly detail: string;
}

type Tell = (happening: Happening) => Telling;

const TELLINGS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  [
    "connected",
    ({ remote, transport }) => ({
      word: "connected",
      tone: "good",
      detail: `${transport ?? ""} from ${remote ?? ""}`,
    }),
  ],
  [
    "resumed",
    ({ remote, transport }) => ({
      word: "resumed",
      tone: "good",
      detail: `${transport ?? ""} from ${remote ?? ""}`,
    }),
  ],
  ["joined", ({ room }) => ({ word: "joined", tone: "plain", detail: `#${room ?? ""}` })],
  [
    "left",
    ({ room, reason }) => ({ word: "left", tone: "plain", detail: `#${room ?? ""}, ${reason ?? ""}` }),
  ],
  [
    "refused",
    ({ code, request, room }) => ({
      word: "refused",
      tone: "warn",
      detail: [
        request ?? "a frame",
        room === null || room === undefined ? "" : `in #${room}`,
        `: ${code ?? ""}`,
      ]
        .filter((part) => part !== "")
        .join(" ")
        .replace(" :", ":"),
    }),
  ],
  [
    "slow",
    ({ queuedBytes = 0 }) => ({ word: "slow", tone: "warn", detail: `${bytesText(queuedBytes)} not taken` }),
  ],
  [
    "closed",
    ({ code, reason, by }) => ({
      word: code === 4413 ? "closed as slow" : "closed",
      tone: by === "server" && code !== 1012 ? "bad" : "plain",
      detail: `${code ?? ""}${reason === undefined || reason === "" ? "" : ` ${reason}`}, by the ${by ?? "peer"}`,
    }),
  ],
]);

/** What is not known here is shown by its own name. */
export const tellingOf = (happening: Happening): Telling =>
  TELLINGS.get(happening.kind)?.(happening) ?? { word: happening.kind, tone: "plain", detail: "" };
