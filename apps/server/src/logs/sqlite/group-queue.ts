/**
 * Owns what waits for the writer: gathers what a turn of the event loop asks for, hands over one group at a time while
 * the next gathers, and gives each answer to whoever asked. Knows neither rooms nor sessions, and never waits.
 */
import type { Clock, StoredSession, Timer } from "@roomcast/hub";
import { type Refusal, refusal } from "@roomcast/protocol";

import type { Turns } from "../../turns.ts";
import {
  type Asked,
  groupOf,
  isNothing,
  nothing,
  type Placed,
  refuseAll,
  refusedRooms,
  replyAll,
  type Reply,
} from "./asked.ts";
import {
  type Answer,
  type Group,
  type PageCells,
  type ReadRequest,
  type RoomWrite,
  type SessionRemoval,
  sizeOf,
  type StateWrite,
} from "./writer/writer-messages.ts";

/** More drafts, session writes or reads waiting than this, and the next is refused. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** A writer works this off within the second, unless its disk is very slow. */
const RETRY_AFTER_MS = 1_000;
/** One group ends here: the first of many would wait for the last. */
const MAX_GROUP_DRAFTS = 1_024;
/** Acks of a group wait for its reads. */
const MAX_GROUP_READS = 64;
/** After a crowd, the next group without drafts waits for so long for more to join it: a commit costs as much as the writes of sixty sessions. */
const CROWD_MS = 10;
/** So many requests in a group without drafts are a crowd. Fewer go as they come. */
const CROWD = 4;

const OVERLOADED = refusal("overloaded", "the store has too much to do; repeat later", RETRY_AFTER_MS);
const OVERTAKING = refusal(
  "overloaded",
  "an earlier event of the room was refused; repeat after it",
  RETRY_AFTER_MS,
);
const UNAVAILABLE = refusal("storage_unavailable");

export class GroupQueue {
  readonly #clock: Clock;
  /** Spreads the answers of a group, which may be to thousands. */
  readonly #turns: Turns;
  readonly #send: (group: Group) => void;
  #waiting = nothing();
  #waitingBytes = 0;
  /** What the writer has; undefined while it has nothing. */
  #given: Asked | undefined;
  #sendIsSet = false;
  /** Until when a crowd gathers. */
  #crowdUntilMs = 0;
  #crowd: Timer | undefined;
  /** Why nothing is taken any more. */
  #ended: Refusal | undefined;
  #onIdle: (() => void) | undefined;

  constructor(clock: Clock, turns: Turns, send: (group: Group) => void) {
    this.#clock = clock;
    this.#turns = turns;
    this.#send = send;
  }

  /** Nothing is taken any more. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  append(draft: RoomWrite, reply: Reply<Placed | Refusal>): void {
    const { drafts } = this.#waiting;
    const refused =
      this.#refusal(drafts.length) ?? (this.#waitingBytes < MAX_WAITING_BYTES ? undefined : OVERLOADED);
    if (refused === undefined) {
      this.#waitingBytes += sizeOf(draft);
      drafts.push({ request: draft, reply });
      this.#setSend();
    } else {
      // At once, never later: what the same publisher sends next must not be taken in between.
      reply(refused);
    }
  }

  write(request: StateWrite, reply: Reply<Refusal | undefined>): void {
    const { sessions } = this.#waiting;
    const refused = this.#refusal(sessions.length);
    if (refused === undefined) {
      sessions.push({ request, reply });
      this.#setSend();
    } else {
      reply(refused);
    }
  }

  remove(request: SessionRemoval): void {
    if (this.#ended !== undefined) return;
    this.#waiting.sessions.push({ request, reply: () => undefined });
    this.#setSend();
  }

  read(request: ReadRequest, reply: Reply<PageCells | Refusal>): void {
    const { reads } = this.#waiting;
    const refused = this.#refusal(reads.length);
    if (refused === undefined) {
      reads.push({ request, reply });
      this.#setSend();
    } else {
      reply(refused);
    }
  }

  find(clientId: string, reply: Reply<StoredSession | undefined>): void {
    if (this.#ended === undefined) {
      this.#waiting.finds.push({ request: clientId, reply });
      this.#setSend();
    } else {
      reply(undefined);
    }
  }

  /** The writer's answer to the group that it has. */
  answer(answer: Answer): void {
    const given = this.#given;
    if (given === undefined) throw new Error("an answer to no group");
    this.#given = undefined;
    const overtaking = this.#takeOvertaking(given, answer);
    // The writer goes on while its answer is told.
    this.#sendGroup();
    replyAll(given, answer, this.#turns);
    refuseAll(overtaking, answer.failure === undefined ? OVERTAKING : refusal(answer.failure));
    this.#setSend();
    this.#tellIdle();
  }

  /** Takes nothing any more; resolves when all that was asked before has its reply. */
  async drain(): Promise<void> {
    this.#ended ??= refusal("storage_unavailable", "the store is closed");
    if (!this.#isIdle) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#turns.next();
  }

  /** The writer answers no more. What it had may be committed or not; the rest is not. */
  abandon(): void {
    this.#ended = UNAVAILABLE;
    const [given, waiting] = [this.#given ?? nothing(), this.#waiting];
    this.#given = undefined;
    this.#waiting = nothing();
    refuseAll(given, refusal("internal"));
    refuseAll(waiting, UNAVAILABLE);
    this.#tellIdle();
  }

  get #isIdle(): boolean {
    return this.#given === undefined && isNothing(this.#waiting);
  }

  #tellIdle(): void {
    if (this.#isIdle) this.#onIdle?.();
  }

  #refusal(waiting: number): Refusal | undefined {
    return this.#ended ?? (waiting < MAX_WAITING ? undefined : OVERLOADED);
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
    if (isNothing(this.#waiting) || this.#isGathering()) return;
    this.#crowd?.cancel();
    this.#crowd = undefined;
    const { drafts, sessions, reads, finds } = this.#waiting;
    const isCrowd = drafts.length === 0 && sessions.length + reads.length + finds.length >= CROWD;
    this.#crowdUntilMs = isCrowd ? this.#clock.monotonicMs() + CROWD_MS : 0;
    const given: Asked = {
      drafts: drafts.splice(0, MAX_GROUP_DRAFTS),
      // These go whole: a find must not overtake the removal that was asked before it.
      sessions: sessions.splice(0),
      reads: reads.splice(0, MAX_GROUP_READS),
      finds: finds.splice(0),
    };
    for (const { request } of given.drafts) this.#waitingBytes -= sizeOf(request);
    this.#given = given;
    this.#send(groupOf(given));
  }

  /** Whether the group waits for more of a crowd. A publish never waits, and takes along what does; a full group does not wait either. */
  #isGathering(): boolean {
    const { drafts, reads } = this.#waiting;
    const leftMs = this.#crowdUntilMs - this.#clock.monotonicMs();
    if (leftMs <= 0 || drafts.length > 0 || reads.length >= MAX_GROUP_READS || this.isEnded) return false;
    this.#crowd ??= this.#clock.after(leftMs, () => {
      this.#crowd = undefined;
      this.#setSend();
    });
    return true;
  }

  /** Takes out the writes that wait behind a refused one. If they stayed, they would overtake it when it is repeated. */
  #takeOvertaking(given: Asked, answer: Answer): Asked {
    const { drafts, sessions } = this.#waiting;
    if (answer.failure !== undefined) {
      this.#waitingBytes = 0;
      return { ...nothing(), drafts: drafts.splice(0), sessions: sessions.splice(0) };
    }
    const rooms = refusedRooms(given, answer);
    if (rooms.size === 0) return nothing();
    const overtaking = drafts.filter(({ request: [room] }) => rooms.has(room));
    const others = drafts.filter(({ request: [room] }) => !rooms.has(room));
    drafts.splice(0, drafts.length, ...others);
    this.#waitingBytes = others.reduce((bytes, { request }) => bytes + sizeOf(request), 0);
    return { ...nothing(), drafts: overtaking };
  }
}
