/**
 * Owns what waits for the writer: gathers what a turn of the event loop asks for, hands over one group at a time while
 * the next gathers, and gives each answer to whoever asked. Knows neither rooms nor sessions, and never waits.
 */
import type { Clock, StoredSession } from "@roomcast/hub";
import { type Refusal, refusal } from "@roomcast/protocol";

import {
  type Answer,
  CELLS_PER_OUTCOME,
  type DraftCells,
  type Group,
  OUTCOME,
  type PageCells,
  type ReadRequest,
  type SessionWrite,
} from "./writer-messages.ts";

/** More drafts, session writes or reads waiting than this, and the next is refused. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** A writer works this off within the second, unless its disk is very slow. */
const RETRY_AFTER_MS = 1_000;
/** One group ends here: the first of many would wait for the last. */
const MAX_GROUP_DRAFTS = 1_024;
/** Acks of a group wait for its reads. */
const MAX_GROUP_READS = 64;

export interface Placed {
  readonly offset: number;
  readonly time: number;
  readonly incarnation: number;
  readonly duplicate: boolean;
}

/** One of these, exactly once, per thing asked. */
interface Asked<Request, Reply> {
  readonly request: Request;
  readonly reply: (reply: Reply) => void;
}

type AskedDraft = Asked<DraftCells, Placed | Refusal>;
type AskedWrite = Asked<SessionWrite, Refusal | undefined>;
type AskedRead = Asked<ReadRequest, PageCells | Refusal>;
type AskedFind = Asked<string, StoredSession | undefined>;

interface Waiting {
  readonly drafts: AskedDraft[];
  readonly sessions: AskedWrite[];
  readonly reads: AskedRead[];
  readonly finds: AskedFind[];
}

const nothing = (): Waiting => ({ drafts: [], sessions: [], reads: [], finds: [] });
const isNothing = ({ drafts, sessions, reads, finds }: Waiting): boolean =>
  drafts.length + sessions.length + reads.length + finds.length === 0;

const requestsOf = <Request>(asked: readonly Asked<Request, never>[]): Request[] =>
  asked.map(({ request }) => request);
const bytesOf = (draft: DraftCells): number => draft[2].length;

export class GroupQueue {
  readonly #clock: Clock;
  readonly #send: (group: Group) => void;
  #waiting = nothing();
  #waitingBytes = 0;
  /** What the writer has; undefined while it has nothing. */
  #given: Waiting | undefined;
  #sendIsSet = false;
  #ended: Refusal | undefined;
  #onIdle: (() => void) | undefined;

  constructor(clock: Clock, send: (group: Group) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  append(draft: DraftCells, reply: AskedDraft["reply"]): void {
    const refused = this.#refusalFor(this.#waiting.drafts, this.#waitingBytes);
    if (refused !== undefined) return reply(refused);
    this.#waitingBytes += bytesOf(draft);
    this.#waiting.drafts.push({ request: draft, reply });
    this.#setSend();
  }

  save(session: StoredSession, reply: AskedWrite["reply"]): void {
    const refused = this.#refusalFor(this.#waiting.sessions);
    if (refused !== undefined) return reply(refused);
    this.#waiting.sessions.push({ request: { kind: "save", session }, reply });
    this.#setSend();
  }

  remove(clientId: string): void {
    if (this.#ended !== undefined) return;
    this.#waiting.sessions.push({ request: { kind: "remove", clientId }, reply: () => undefined });
    this.#setSend();
  }

  read(request: ReadRequest, reply: AskedRead["reply"]): void {
    const refused = this.#refusalFor(this.#waiting.reads);
    if (refused !== undefined) return reply(refused);
    this.#waiting.reads.push({ request, reply });
    this.#setSend();
  }

  find(clientId: string, reply: AskedFind["reply"]): void {
    if (this.#ended !== undefined) return reply(undefined);
    this.#waiting.finds.push({ request: clientId, reply });
    this.#setSend();
  }

  /** The writer's answer to the group that it has. */
  answer(answer: Answer): void {
    const given = this.#given;
    if (given === undefined) throw new Error("an answer to no group");
    this.#given = undefined;
    if (answer.failure === undefined) this.#sendGroup();
    // What was asked behind a group that failed must not overtake it: the same publisher's next event would.
    else this.#moveWrites(given);
    settle(given, answer);
    if (this.#given === undefined) this.#setSend();
    this.#tellIdle();
  }

  /** Refuses everything from now on; resolves when all that was asked before has its answer. */
  async drain(): Promise<void> {
    this.#ended ??= refusal("storage_unavailable", "the store is closed");
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** The writer answers no more. What it had may be committed or not; the rest is not. */
  abandon(): void {
    this.#ended = refusal("storage_unavailable");
    const [given, waiting] = [this.#given ?? nothing(), this.#waiting];
    this.#given = undefined;
    this.#waiting = nothing();
    refuseAll(given, refusal("internal"));
    refuseAll(waiting, refusal("storage_unavailable"));
    this.#tellIdle();
  }

  get #isIdle(): boolean {
    return this.#given === undefined && isNothing(this.#waiting);
  }

  #tellIdle(): void {
    if (this.#isIdle) this.#onIdle?.();
  }

  #refusalFor(waiting: readonly unknown[], bytes = 0): Refusal | undefined {
    if (this.#ended !== undefined) return this.#ended;
    if (waiting.length < MAX_WAITING && bytes < MAX_WAITING_BYTES) return undefined;
    return refusal(
      "overloaded",
      "the store has too much to write; repeat later under the same id",
      RETRY_AFTER_MS,
    );
  }

  #setSend(): void {
    if (this.#sendIsSet || this.#given !== undefined || isNothing(this.#waiting)) return;
    this.#sendIsSet = true;
    this.#clock.afterTurn(() => {
      this.#sendIsSet = false;
      if (this.#given === undefined) this.#sendGroup();
    });
  }

  #sendGroup(): void {
    if (isNothing(this.#waiting)) return;
    const { drafts, sessions, reads, finds } = this.#waiting;
    // Session writes and finds go whole: a find must not overtake the removal that was asked before it.
    const given: Waiting = {
      drafts: drafts.splice(0, MAX_GROUP_DRAFTS),
      sessions: sessions.splice(0),
      reads: reads.splice(0, MAX_GROUP_READS),
      finds: finds.splice(0),
    };
    for (const { request } of given.drafts) this.#waitingBytes -= bytesOf(request);
    this.#given = given;
    this.#send({
      kind: "group",
      drafts: requestsOf(given.drafts),
      sessions: requestsOf(given.sessions),
      reads: requestsOf(given.reads),
      finds: requestsOf(given.finds),
    });
  }

  #moveWrites(failed: Waiting): void {
    failed.drafts.push(...this.#waiting.drafts.splice(0));
    failed.sessions.push(...this.#waiting.sessions.splice(0));
    this.#waitingBytes = 0;
  }
}

function settle({ drafts, sessions, reads, finds }: Waiting, answer: Answer): void {
  const { outcomes } = answer;
  const failure = answer.failure && refusal(answer.failure);
  for (const [index, { reply }] of drafts.entries())
    reply(failure ?? placedAt(outcomes, index * CELLS_PER_OUTCOME));
  for (const [index, { reply }] of sessions.entries()) {
    reply(failure ?? (answer.saved[index] === true ? undefined : refusal("internal")));
  }
  for (const [index, { reply }] of reads.entries())
    reply(answer.pages[index] ?? refusal("storage_unavailable"));
  for (const [index, { reply }] of finds.entries()) reply(answer.found[index]);
}

function placedAt(outcomes: Float64Array, at: number): Placed | Refusal {
  const [kind = OUTCOME.refused, offset = 0, time = 0, incarnation = 0] = outcomes.subarray(
    at,
    at + CELLS_PER_OUTCOME,
  );
  if (kind === OUTCOME.refused) return refusal("internal", "this event could not be stored");
  return { offset, time, incarnation, duplicate: kind === OUTCOME.duplicate };
}

function refuseAll({ drafts, sessions, reads, finds }: Waiting, reason: Refusal): void {
  for (const { reply } of drafts) reply(reason);
  for (const { reply } of sessions) reply(reason);
  for (const { reply } of reads) reply(reason);
  for (const { reply } of finds) reply(undefined);
}
