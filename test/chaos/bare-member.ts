/**
 * Owns a member that is no SDK: PROTOCOL.md by hand over any line, one publish at a time. It believes what it is told, and
 * leaves it to the history checker to find that wrong.
 */
import type { Observation } from "@roomcast/hub/testing";
import type { Ack, Down, ErrorMessage, EventMessage, GapSpan, Hello, Position } from "@roomcast/protocol";

import type { Line, LineListener, OpenLine } from "./line.ts";
import type { Member, Utterance } from "./member.ts";
import { dataOf, eventOf, historyOf, idWithin } from "./text.ts";

const PAGE = 300;
const REPEAT_MS = 30;

export interface BareMemberOptions {
  readonly openLine: OpenLine;
  readonly name: string;
  readonly rooms: readonly string[];
  readonly observations: Observation[];
  readonly onFault: (what: string) => void;
}

interface Reading {
  readonly name: string;
  position: Position | undefined;
  caughtUp: boolean;
  held: (EventMessage | Ack)[];
  /** Of earlier epochs too: what is told again is dropped. */
  readonly seen: Set<string>;
}

export class BareMember implements Member, LineListener {
  readonly name: string;
  readonly reads = true;
  readonly #observations: Observation[];
  readonly #onFault: (what: string) => void;
  readonly #rooms: ReadonlyMap<string, Reading>;
  readonly #waiting: Utterance[] = [];
  readonly #line: Line;
  #user: string | undefined;
  #resume: string | undefined;
  #current: Utterance | undefined;
  #away = true;

  constructor({ openLine, name, rooms, observations, onFault }: BareMemberOptions) {
    this.name = name;
    this.#observations = observations;
    this.#onFault = onFault;
    this.#rooms = new Map(
      rooms.map((room) => {
        observations.push({ kind: "begin", reader: name, room, after: null, history: historyOf(room) });
        return [
          room,
          { name: room, position: undefined, caughtUp: false, held: [], seen: new Set<string>() },
        ];
      }),
    );
    this.#line = openLine(this);
  }

  get pending(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  get present(): boolean {
    return [...this.#rooms.values()].every(({ caughtUp }) => caughtUp);
  }

  wake(): void {}

  offsetIn(room: string): number | undefined {
    return this.#rooms.get(room)?.position?.offset;
  }

  publish(utterance: Utterance): void {
    this.#waiting.push(utterance);
    this.#next();
  }

  /** Its line vanishes, and comes back by itself. */
  stumble(): void {
    this.#line.vanish();
  }

  leave(): void {
    this.#line.end();
  }

  hello(): Omit<Hello, "type" | "protocol"> {
    return {
      name: this.name,
      ...(this.#resume !== undefined && { resume: this.#resume }),
      join: [...this.#rooms.values()].map(({ name, position }) => ({
        room: name,
        ...(position === undefined ? { history: historyOf(name) } : { since: position }),
      })),
    };
  }

  recovered(): void {
    for (const room of this.#rooms.values()) room.caughtUp = room.position !== undefined;
  }

  closed(): void {
    this.#away = true;
    for (const room of this.#rooms.values()) Object.assign(room, { caughtUp: false, held: [] });
  }

  hear(message: Down): void {
    switch (message.type) {
      case "welcome":
        if (this.#user !== undefined && this.#user !== message.user)
          this.#onFault(`${this.name} was ${this.#user}, and came back as ${message.user}`);
        this.#away = false;
        this.#user = message.user;
        this.#resume = message.resume;
        return;
      case "joined": {
        const room = this.#room(message.room);
        const { position, gap, events } = message;
        if (gap !== undefined) {
          const { reason, from, to } = gap;
          this.#note({ kind: "gap", reason, from, to, position: gap.position, ...this.#where(room) });
        }
        if (gap !== undefined || room.position === undefined)
          room.position = {
            epoch: position.epoch,
            offset: gap?.to ?? (events[0]?.offset ?? position.offset + 1) - 1,
          };
        this.#page(room, position, events, message.more === true);
        return;
      }
      case "history":
        this.#page(this.#room(message.room), message.position, message.events, message.more);
        return;
      case "event":
      case "ack": {
        const room = this.#rooms.get(message.room ?? "");
        if (room?.caughtUp === true) this.#takeLive(room, message);
        else room?.held.push(message);
        return;
      }
      case "error":
        this.#refused(message);
        return;
      case "gap":
        if (this.#line.recovers) this.#skip(this.#room(message.room), message);
        // Joining again tells it, with what follows it.
        else this.stumble();
        return;
      case "left":
      case "presence":
      case "drain":
      case "expiring":
      case "pong":
        return;
    }
  }

  /** The server does not know where a reader was that recovers by its cursor; the reader does. */
  #skip(room: Reading, { reason, from, to, position }: GapSpan): void {
    const at = room.position;
    const isSame = at?.epoch === position.epoch;
    const first = from ?? (isSame ? at.offset + 1 : null);
    this.#note({ kind: "gap", reason, from: first, to, position, ...this.#where(room) });
    room.position = { epoch: position.epoch, offset: to ?? 0 };
  }

  #page(room: Reading, top: Position, events: readonly EventMessage[], more: boolean): void {
    for (const event of events) this.#take(room, event);
    if (this.#away) return;
    const { offset = 0 } = room.position ?? {};
    if (more) {
      this.#line.page({ id: `page-${offset}`, room: room.name, after: offset, limit: PAGE });
      return;
    }
    if (room.position !== undefined && room.position.offset < top.offset) room.position = top;
    this.#note({ kind: "joined", position: room.position ?? top, ...this.#where(room) });
    room.caughtUp = true;
    for (const message of room.held.splice(0)) this.#takeLive(room, message);
    if (this.present) this.#repeat();
  }

  #takeLive(room: Reading, message: EventMessage | Ack): void {
    if (message.type === "ack") this.#acked(room, message);
    else this.#take(room, message, this.#line.recovers);
  }

  #take(room: Reading, { offset, id, from, data }: EventMessage, mayHaveHole = false): void {
    const at = room.position;
    if (offset === undefined || at === undefined || offset <= at.offset) return;
    if (offset > at.offset + 1 && !mayHaveHole) {
      // Live, or trimmed between two pages: joining again tells what is missing.
      this.stumble();
      return;
    }
    const key = `${from.user} ${id}`;
    const known = room.seen.has(key);
    room.seen.add(key);
    if (!known) {
      const event = { epoch: at.epoch, offset, sender: from.user, id: idWithin(id, data) };
      this.#note({ kind: "deliver", ...event, ...this.#where(room) });
    }
    room.position = { epoch: at.epoch, offset };
  }

  #acked(room: Reading, { id, position }: Ack): void {
    const current = this.#current;
    if (current?.id !== id || position === undefined) return;
    this.#note({ kind: "ok", ...this.#key(current), position });
    this.#current = undefined;
    const at = room.position;
    if (!current.echo && position.epoch === at?.epoch && position.offset > at.offset) {
      if (position.offset > at.offset + 1 && !this.#line.recovers) this.stumble();
      else room.position = position;
    }
    this.#next();
  }

  #refused({ id, code, retry, retryAfterMs = REPEAT_MS }: ErrorMessage): void {
    const current = this.#current;
    if (current === undefined || current.id !== id) {
      // A join or a page that did not work out is asked for anew, on another socket.
      this.stumble();
    } else if (retry === "same_id") {
      setTimeout(() => this.#repeat(), retryAfterMs);
    } else {
      this.#note({ kind: "fail", ...this.#key(current), code });
      this.#current = undefined;
      this.#next();
    }
  }

  #next(): void {
    if (this.#current !== undefined || this.#user === undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return;
    const { echo } = this.#current;
    this.#note({ kind: "invoke", client: this.name, echo, ...this.#key(this.#current) });
    this.#repeat();
  }

  #repeat(): void {
    if (this.#current === undefined) {
      this.#next();
      return;
    }
    const { id, room, echo, padding } = this.#current;
    if (!this.present) return;
    this.#line.publish({
      id,
      room,
      event: eventOf(room),
      data: dataOf(id, padding),
      ...(!echo && { echo }),
    });
  }

  #room(name: string): Reading {
    const room = this.#rooms.get(name);
    if (room === undefined) throw new Error(`${this.name} is told of ${name}, and did not ask for it`);
    return room;
  }

  #where({ name }: Reading): { reader: string; room: string } {
    return { reader: this.name, room: name };
  }

  #key({ room, id }: Utterance): { room: string; sender: string; id: string } {
    return { room, sender: this.#user ?? "", id };
  }

  #note(observation: Observation): void {
    this.#observations.push(observation);
  }
}
