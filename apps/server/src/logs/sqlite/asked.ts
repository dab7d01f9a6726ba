/** Owns what was asked of the store and by whom: each request with the one reply that it waits for. */
import type { StoredSession } from "@roomcast/hub";
import { type Refusal, refusal } from "@roomcast/protocol";

import type { Turns } from "../../turns.ts";
import {
  type Answer,
  CELLS_PER_OUTCOME,
  type Group,
  OUTCOME,
  type PageCells,
  type ReadRequest,
  type RoomWrite,
  type StateWrite,
} from "./writer/writer-messages.ts";

/** MUST be called exactly once. */
export type Reply<Value> = (value: Value) => void;

interface Request<Wanted, Value> {
  readonly request: Wanted;
  readonly reply: Reply<Value>;
}

export interface Placed {
  readonly offset: number;
  readonly time: number;
  readonly incarnation: number;
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** In the order in which it was asked. */
export interface Asked {
  readonly drafts: Request<RoomWrite, Placed | Refusal>[];
  readonly sessions: Request<StateWrite, Refusal | undefined>[];
  readonly reads: Request<ReadRequest, PageCells | Refusal>[];
  readonly finds: Request<string, StoredSession | undefined>[];
}

export const nothing = (): Asked => ({ drafts: [], sessions: [], reads: [], finds: [] });

export const isNothing = ({ drafts, sessions, reads, finds }: Asked): boolean =>
  drafts.length + sessions.length + reads.length + finds.length === 0;

const requestsOf = <Wanted>(asked: readonly Request<Wanted, never>[]): Wanted[] =>
  asked.map(({ request }) => request);

export const groupOf = ({ drafts, sessions, reads, finds }: Asked): Group => ({
  kind: "group",
  drafts: requestsOf(drafts),
  sessions: requestsOf(sessions),
  reads: requestsOf(reads),
  finds: requestsOf(finds),
});

/** Events are answered at once, in their order, then pages; sessions only so many in a turn. */
export function replyAll({ drafts, sessions, reads, finds }: Asked, answer: Answer, turns: Turns): void {
  const { outcomes, saved, pages, found } = answer;
  const failure = answer.failure && refusal(answer.failure);
  for (const [index, { reply }] of drafts.entries()) reply(failure ?? placedAt(outcomes, index));
  for (const [index, { reply }] of sessions.entries()) {
    const refused = failure ?? (saved[index] === true ? undefined : refusal("internal"));
    turns.behind(() => reply(refused));
  }
  for (const [index, { reply }] of reads.entries()) reply(pages[index] ?? refusal("storage_unavailable"));
  for (const [index, { reply }] of finds.entries()) turns.behind(() => reply(found[index]));
}

/** The rooms in which a draft was refused, where others were taken. */
export function refusedRooms({ drafts }: Asked, { outcomes }: Answer): Set<string> {
  const refused = drafts.filter((_, index) => outcomes[index * CELLS_PER_OUTCOME] === OUTCOME.refused);
  return new Set(refused.map(({ request: [room] }) => room));
}

export function refuseAll({ drafts, sessions, reads, finds }: Asked, reason: Refusal): void {
  for (const { reply } of [...drafts, ...sessions, ...reads]) reply(reason);
  for (const { reply } of finds) reply(undefined);
}

function placedAt(outcomes: Float64Array, index: number): Placed | Refusal {
  const cell = (column: number): number => outcomes[index * CELLS_PER_OUTCOME + column] ?? OUTCOME.refused;
  if (cell(0) === OUTCOME.refused) return refusal("internal", "this event could not be stored");
  return {
    duplicate: cell(0) === OUTCOME.duplicate,
    offset: cell(1),
    time: cell(2),
    incarnation: cell(3),
    sequence: cell(4),
  };
}
