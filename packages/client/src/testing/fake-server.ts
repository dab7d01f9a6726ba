/**
 * Owns a small server that keeps what PROTOCOL.md promises, for runs in which everything may happen: the test says when a
 * message is taken, when one is delivered, when a socket is cut and when the store loses something.
 */
import type { Down, EventMessage, GapReason, JoinTarget, Position, Publish, Up } from "@roomcast/protocol";

import type { FakeSocket } from "./fake-socket.ts";
import { joined, welcome } from "./messages.ts";

const PAGE_EVENTS = 3;
export const ROOM = "general";

/** An event as it was appended, in whatever life of the room. */
export interface Appended {
  readonly position: Position;
  readonly event: EventMessage;
}

interface Peer {
  readonly socket: FakeSocket;
  /** How many of what the client sent have been taken. */
  taken: number;
  readonly out: Down[];
  user: string;
  clientId: string;
  joined: boolean;
  /** Refused for now: until it is repeated, what follows is refused too. */
  blockedBy: string | undefined;
}

export class FakeServer {
  /** Every event that was ever appended. */
  readonly appended: Appended[] = [];
  /** Of the room as it is now; floor is the last trimmed offset. */
  log: EventMessage[] = [];
  floor = 0;
  /** The next publishes are refused, as if there were no room in the store. */
  refusing = 0;
  #epoch = 1;
  #why: GapReason = "recreated";
  #sessions = new Map<string, { readonly clientId: string; readonly user: string }>();
  readonly #known = new Map<string, Position>();
  readonly #peers = new Map<FakeSocket, Peer>();
  #count = 0;

  get top(): Position {
    return { epoch: `e${this.#epoch}`, offset: this.floor + this.log.length };
  }

  /** A socket that a client has opened. */
  accept(socket: FakeSocket): void {
    const peer = { socket, taken: 0, out: [], user: "", clientId: "", joined: false, blockedBy: undefined };
    this.#peers.set(socket, peer);
    socket.open();
  }

  /** Takes the next message of this client. @returns whether there was one. */
  take(socket: FakeSocket): boolean {
    const peer = this.#peers.get(socket);
    const message = peer?.socket.sent[peer.taken];
    if (peer === undefined || message === undefined) return false;
    peer.taken += 1;
    this.#handle(peer, message);
    return true;
  }

  /** Delivers the next message to this client. @returns whether there was one. */
  deliver(socket: FakeSocket): boolean {
    const message = this.#peers.get(socket)?.out.shift();
    if (message === undefined) return false;
    socket.say(message);
    return true;
  }

  /** The network cuts it: what was not delivered is lost. */
  cut(socket: FakeSocket, code = 1006): void {
    this.#peers.delete(socket);
    socket.end(code);
  }

  /** The relay loses the next event to this client: a hole that shows when another follows. */
  lose(socket: FakeSocket): void {
    const out = this.#peers.get(socket)?.out ?? [];
    const index = out.findIndex(({ type }) => type === "event");
    if (index >= 0) out.splice(index, 1);
  }

  /** By somebody else, over no socket. */
  append(id: string): void {
    this.#append(
      { user: "other", clientId: null },
      { type: "publish", id, room: ROOM, event: "message", data: id },
      undefined,
    );
  }

  /** Nobody's session is known any more. */
  forgetSessions(): void {
    this.#sessions = new Map();
  }

  trim(events: number): void {
    this.floor += this.log.splice(0, events).length;
  }

  /** Begins anew, from nothing. */
  recreate(): void {
    this.#renew("recreated");
    this.log = [];
    this.floor = 0;
  }

  /** A replica takes over that lacks the last ones. */
  failOver(lost: number): void {
    this.#renew("failover");
    for (const { from, id } of this.log.splice(Math.max(0, this.log.length - lost)))
      this.#known.delete(`${from.user} ${id}`);
    for (const event of this.log) this.#note(event);
  }

  /** All sockets go, and with them everybody's place in the rooms. */
  #renew(reason: GapReason): void {
    this.#epoch += 1;
    this.#why = reason;
    for (const socket of [...this.#peers.keys()]) this.cut(socket, 1012);
  }

  #handle(peer: Peer, message: Up): void {
    switch (message.type) {
      case "hello": {
        const known = message.resume === undefined ? undefined : this.#sessions.get(message.resume);
        const clientId = known?.clientId ?? `c${++this.#count}`;
        const user = known?.user ?? `guest:${clientId}`;
        const resume = `resume-${++this.#count}`;
        this.#sessions.set(resume, { clientId, user });
        Object.assign(peer, { clientId, user });
        peer.out.push(welcome({ clientId, user, resume, resumed: known !== undefined }));
        for (const target of message.join ?? []) this.#join(peer, target);
        return;
      }
      case "join":
        this.#join(peer, message, message.id);
        return;
      case "history":
        peer.out.push({
          type: "history",
          id: message.id,
          room: ROOM,
          position: this.top,
          ...this.#page(message.after ?? 0),
        });
        return;
      case "publish":
        this.#publish(peer, message);
        return;
      case "ping":
        peer.out.push({ type: "pong", time: 1 });
        return;
      case "leave":
      case "presence":
      case "refresh":
        throw new Error(`this server does not know ${message.type}`);
    }
  }

  #join(peer: Peer, { room, since, history }: JoinTarget, id?: string): void {
    const position = this.top;
    const base = joined(room, { position, ...(id !== undefined && { id }) });
    peer.joined = true;
    peer.blockedBy = undefined;
    if (since === undefined) {
      peer.out.push({
        ...base,
        recovered: false,
        events: history === 0 ? [] : this.log.slice(-(history ?? 50)),
      });
      return;
    }
    const gap =
      since.epoch !== position.epoch
        ? { reason: this.#why, from: null, to: null, position }
        : since.offset < this.floor
          ? { reason: "trimmed" as const, from: since.offset + 1, to: this.floor, position }
          : undefined;
    const { events, more } = this.#page(since.epoch === position.epoch ? since.offset : 0);
    const recovered = gap === undefined;
    peer.out.push({ ...base, recovered, events, ...(more && { more }), ...(gap !== undefined && { gap }) });
  }

  #page(after: number): { events: EventMessage[]; more: boolean } {
    const rest = this.log.filter(({ offset = 0 }) => offset > after);
    return { events: rest.slice(0, PAGE_EVENTS), more: rest.length > PAGE_EVENTS };
  }

  #publish(peer: Peer, message: Publish): void {
    const { id } = message;
    const refusal = {
      type: "error",
      id,
      room: ROOM,
      code: "overloaded",
      message: "not now",
      retry: "same_id",
    } as const;
    if (peer.blockedBy === id) peer.blockedBy = undefined;
    if (this.refusing > 0 || peer.blockedBy !== undefined) {
      this.refusing = Math.max(0, this.refusing - 1);
      peer.blockedBy ??= id;
      peer.out.push({ ...refusal, retryAfterMs: 100 });
      return;
    }
    const known = this.#known.get(`${peer.user} ${id}`);
    if (known !== undefined)
      peer.out.push({ type: "ack", id, room: ROOM, time: 1, position: known, duplicate: true });
    else this.#append({ user: peer.user, clientId: peer.clientId }, message, peer);
  }

  #append(
    by: { user: string; clientId: string | null },
    { id, event, data, echo }: Publish,
    publisher: Peer | undefined,
  ): void {
    const offset = this.top.offset + 1;
    const from = { ...by, name: "" };
    const appended: EventMessage = { type: "event", room: ROOM, event, data, id, from, time: offset, offset };
    this.log.push(appended);
    this.#note(appended);
    for (const peer of this.#peers.values()) {
      if (peer.joined && (peer !== publisher || echo !== false)) peer.out.push(appended);
      if (peer === publisher) peer.out.push({ type: "ack", id, room: ROOM, time: 1, position: this.top });
    }
  }

  #note(event: EventMessage): void {
    const position = { epoch: this.top.epoch, offset: event.offset ?? 0 };
    this.#known.set(`${event.from.user} ${event.id}`, position);
    this.appended.push({ position, event });
  }
}
