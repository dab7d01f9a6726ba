/**
 * Owns the questions about what was said in one room: those of the application, and those of the ledger, which fills with the
 * answers what it has missed. Must not know where the reader is.
 */
import { type EventMessage, type History, MAX_PAGE_EVENTS, ok, type Result } from "@roomcast/protocol";

import { type Failure, failure } from "../failure.ts";
import type { OpenContract } from "../open-contract.ts";
import type { HistoryPage, HistoryQuery, RoomEvent } from "./room.ts";
import type { RoomHost } from "./room-host.ts";

export class RoomHistory {
  readonly #host: Pick<RoomHost, "requests" | "send">;
  readonly #room: string;

  constructor(host: Pick<RoomHost, "requests" | "send">, room: string) {
    this.#host = host;
    this.#room = room;
  }

  /** For the application. */
  async page(query: HistoryQuery): Promise<Result<HistoryPage<OpenContract>, Failure>> {
    const answer = await this.#host.requests.ask((id) =>
      this.#host.send({ type: "history", id, room: this.#room, ...query }),
    );
    if (!answer.ok) return answer;
    if (answer.value.type !== "history") return { ok: false, error: failure("unknown") };
    const { events, position, more } = answer.value;
    return ok({ events: events.map((event) => shown(event, position.epoch, true)), position, more });
  }

  /** For the ledger: the oldest events behind this offset. `onPage` is called before anything that follows on the socket. */
  missed(after: number, onPage: (page: History) => void, onFailure: (failure: Failure) => void): void {
    const id = this.#host.requests.expect((answer) => {
      if (!answer.ok) onFailure(answer.error);
      else if (answer.value.type === "history") onPage(answer.value);
    });
    this.#host.send({ type: "history", id, room: this.#room, after, limit: MAX_PAGE_EVENTS });
  }
}

/** An event as the application sees it. @param epoch undefined on what is not kept. */
export function shown(event: EventMessage, epoch: string | undefined, replayed: boolean): RoomEvent {
  const { type: _, ...rest } = event;
  return { ...rest, ...(event.offset !== undefined && epoch !== undefined && { epoch }), replayed };
}
