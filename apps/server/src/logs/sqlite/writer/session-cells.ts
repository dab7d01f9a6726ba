/** Owns how a session looks in its row, and on its way there: its state as one text is copied for far less than field by field. */
import type { StoredSession } from "@roomcast/hub";

/** The end has a column of its own. */
type State = Omit<StoredSession, "clientId" | "endedAt">;

export type SessionCells = readonly [clientId: string, state: string, endedAt: number | null];

export const cellsOf = ({ clientId, endedAt, ...state }: StoredSession): SessionCells => [
  clientId,
  JSON.stringify(state satisfies State),
  endedAt,
];

export const sessionOf = ([clientId, state, endedAt]: SessionCells): StoredSession => ({
  ...(JSON.parse(state) as State),
  ...{ clientId, endedAt },
});
