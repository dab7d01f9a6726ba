/** Owns one client of a random run: it reads what it gets as an SDK would, and stops at the first message that breaks a promise. */
import type { Down, Member, Position } from "@roomcast/protocol";

import type { Ledger } from "./ledger.ts";
import type { Client, Message, Stage } from "./stage.ts";

interface Place {
  readonly epoch: string;
  /** The last offset that this client has counted. */
  last: number;
  /** Who it thinks is there. */
  readonly members: Map<string, Member>;
}

interface Waiting {
  readonly room: string;
  readonly message: { readonly id: string; readonly echo: boolean };
}

export class Actor {
  client: Client | undefined;
  /** The rooms that it is in. */
  readonly rooms = new Map<string, Place>();
  /** How far it has got, in the rooms that it ever was in. */
  readonly positions = new Map<string, Position>();
  readonly #stage: Stage;
  readonly #ledger: Ledger;
  readonly #prefix: string;
  /** Publishes without an ack, in order. */
  readonly #outbox = new Map<string, Waiting>();
  /** Published with echo:false. Also those it was refused: an earlier try may be on its way still. */
  readonly #quiet = new Set<string>();
  /** (room, sender, id) of what was handed to the application, over all sockets. */
  readonly #seen = new Set<string>();
  /** Rooms that it asked for and has no answer for yet, and the position that it gave. In order. */
  #asked: { readonly room: string; readonly id: string | undefined; readonly since: Position | undefined }[] =
    [];
  #welcomed = false;
  #clientId = "";
  #user = "";
  #resume: string | undefined;
  #count = 0;

  constructor(stage: Stage, ledger: Ledger, prefix: string) {
    this.#stage = stage;
    this.#ledger = ledger;
    this.#prefix = prefix;
  }

  get clientId(): string {
    return this.#clientId;
  }

  get connected(): boolean {
    return this.client !== undefined && this.client.closed === undefined;
  }

  get ready(): boolean {
    return this.connected && this.#welcomed;
  }

  /** A new socket; an older one may live on without this client looking at it. */
  connect(rooms: readonly string[] | undefined): void {
    this.client = this.#stage.connect();
    this.#welcomed = false;
    this.rooms.clear();
    this.#asked = [];
    this.client.say({
      ...{ type: "hello", protocol: 1, name: this.#prefix },
      ...(this.#resume !== undefined && { resume: this.#resume }),
      ...(rooms && { join: rooms.map((room) => this.#target(room)) }),
    });
  }

  join(room: string): void {
    if (!this.ready) return;
    const id = `j${this.#next()}`;
    this.client?.say({ type: "join", id, ...this.#target(room, id) });
  }

  leave(room: string): void {
    if (!this.ready) return;
    this.client?.say({ type: "leave", id: `l${this.#next()}`, room });
  }

  /** As an SDK does: into a room that it is in, and whose earlier publishes it has repeated. */
  publish(room: string, echo: boolean): void {
    if (!this.rooms.has(room) || this.#asked.some((each) => each.room === room)) return;
    const id = `${this.#prefix}${this.#next()}`;
    this.#outbox.set(id, { room, message: { id, echo } });
    if (!echo) this.#quiet.add(id);
    this.#send(id);
  }

  pass(room: string, rest: object): void {
    if (!this.ready) return;
    const id = `${this.#prefix}${this.#next()}`;
    this.#ledger.ask(room, this.#user, id);
    this.client?.say({ type: "publish", id, room, event: "typing", data: { on: true }, ...rest });
  }

  /** All that has no ack yet, in order. */
  repeat(room?: string): void {
    for (const [id, waiting] of this.#outbox) if (room === undefined || waiting.room === room) this.#send(id);
  }

  /** @param unread whether what was written to the socket, and not read yet, is lost with it. */
  end(code: number, unread: boolean): void {
    if (!unread) this.read();
    this.client?.endNow(code);
    this.client = undefined;
  }

  read(): void {
    for (const message of this.client?.take() ?? []) this.#take(message);
    if (this.client?.closed !== undefined) this.client = undefined;
  }

  /** S1: with +1 held all the way, whoever is at the top has all of it. And it knows who is there. */
  expectComplete(room: string, top: number, members: readonly Member[]): void {
    const place = this.rooms.get(room);
    if (place === undefined) return;
    if (place.last !== top)
      throw new Error(`S1: ${this.#prefix} stands at ${place.last} of ${top} in ${room}`);
    const text = (list: Iterable<Member>): string =>
      JSON.stringify([...list].sort((a, b) => (a.clientId < b.clientId ? -1 : 1)));
    if (text(place.members.values()) !== text(members)) {
      throw new Error(`presence: ${this.#prefix} sees ${text(place.members.values())} for ${text(members)}`);
    }
  }

  #take(message: Down): void {
    if (!this.#welcomed && message.type !== "welcome" && message.type !== "error") {
      throw new Error(`welcome comes first, not ${message.type}`);
    }
    switch (message.type) {
      case "welcome":
        this.#welcome(message);
        break;
      case "joined":
        this.#joined(message);
        break;
      case "event":
        this.#event(message);
        break;
      case "ack":
        this.#ack(message);
        break;
      case "error":
        this.#error(message);
        break;
      case "presence":
        this.#presence(message);
        break;
      case "left":
        this.rooms.delete(message.room);
        break;
      case "gap":
        throw new Error("a gap, where nothing is ever trimmed");
      case "history":
      case "drain":
      case "expiring":
      case "pong":
        break;
    }
  }

  #welcome({ clientId, user, resume, resumed }: Message<"welcome">): void {
    this.#welcomed = true;
    // Under another user its ids are other ids: what has no ack stays unknown.
    if (!resumed) this.#outbox.clear();
    if (resumed !== (clientId === this.#clientId))
      throw new Error("resumed keeps the clientId, and nothing else does");
    this.#clientId = clientId;
    this.#user = user;
    this.#resume = resume;
  }

  #joined({ id, room, position, events, members, gap, more }: Message<"joined">): void {
    if (gap !== undefined || more === true)
      throw new Error("a gap or a second page, in a room that is small and kept");
    const { epoch, offset } = position;
    const since = this.#answered(room, id);
    const last = since?.offset ?? (events[0]?.offset ?? offset + 1) - 1;
    // Without a position it starts afresh, and may well see old events again.
    if (since === undefined) this.#forget(room);
    const counted = this.positions.get(room)?.offset ?? 0;
    const place = { epoch, last, members: new Map(members.map((each) => [each.clientId, each])) };
    for (const event of events) this.#hand(place, event, counted);
    if (place.last !== offset) throw new Error(`S3: joined ends at ${place.last}, and says ${offset}`);
    if (!place.members.has(this.#clientId)) throw new Error("joined lists oneself");
    this.rooms.set(room, place);
    this.#keep(room, place);
    this.repeat(room);
  }

  #event(event: Message<"event">): void {
    const place = this.rooms.get(event.room);
    if (place === undefined) throw new Error(`an event of ${event.room}, where ${this.#prefix} is not`);
    const { clientId } = event.from;
    if (clientId !== null && event.offset === undefined && !place.members.has(clientId)) {
      throw new Error("a sender's join precedes its events");
    }
    if (event.offset === undefined) this.#ledger.event(place.epoch, event);
    else this.#hand(place, event, 0);
    this.#keep(event.room, place);
  }

  /** S3: the next one. S2: not handed over before. @param counted up to here a replay is dropped. */
  #hand(place: Place, event: Message<"event">, counted: number): void {
    const { room, offset, from, id } = event;
    if (offset !== place.last + 1) throw new Error(`S3: ${offset} follows ${place.last} in ${room}`);
    const name = JSON.stringify([room, from.user, id]);
    if (this.#seen.has(name) && offset > counted)
      throw new Error(`S2: ${name} came twice to ${this.#prefix}`);
    this.#seen.add(name);
    this.#ledger.event(place.epoch, event);
    place.last = offset;
  }

  #ack({ id, room, position, duplicate }: Message<"ack">): void {
    this.#outbox.delete(id);
    if (position === undefined || room === undefined) return;
    this.#ledger.ack(room, position, this.#user, id);
    const place = this.rooms.get(room);
    if (place === undefined) return;
    const stands = this.#quiet.has(id) && duplicate !== true && position.offset === place.last + 1;
    if (stands) {
      place.last += 1;
      this.#seen.add(JSON.stringify([room, this.#user, id]));
      this.#keep(room, place);
    }
    if (position.offset > place.last)
      throw new Error(`S3: ${id} is acked at ${position.offset}, past ${place.last}`);
  }

  #error({ id, room, code, retry }: Message<"error">): void {
    if (code === "internal") throw new Error("nothing is broken here");
    if (id !== undefined && retry === "no") this.#outbox.delete(id);
    if (room === undefined || (id !== undefined && !id.startsWith("j"))) return;
    this.#answered(room, id);
    this.rooms.delete(room);
  }

  #presence({ room, members, left, joined, updated }: Message<"presence">): void {
    const known = this.rooms.get(room)?.members;
    if (known === undefined) throw new Error(`presence of ${room}, where ${this.#prefix} is not`);
    if (members !== undefined) known.clear();
    for (const { clientId } of left ?? []) known.delete(clientId);
    for (const member of [...(members ?? []), ...(joined ?? []), ...(updated ?? [])])
      known.set(member.clientId, member);
  }

  #send(id: string): void {
    const waiting = this.#outbox.get(id);
    if (waiting === undefined || !this.ready) return;
    const { room, message } = waiting;
    this.#ledger.ask(room, this.#user, id);
    this.client?.say({ type: "publish", room, event: "message", data: { text: id }, ...message });
  }

  #target(room: string, id?: string): object {
    const since = this.positions.get(room);
    this.#asked.push({ room, id, since });
    return { room, history: 300, ...(since && { since }) };
  }

  #answered(room: string, id: string | undefined): Position | undefined {
    const index = this.#asked.findIndex((each) => each.room === room && each.id === id);
    return index < 0 ? undefined : this.#asked.splice(index, 1)[0]!.since;
  }

  #keep(room: string, { epoch, last }: Place): void {
    this.positions.set(room, { epoch, offset: last });
  }

  /** It starts from the newest events again, so it may well see old ones again. */
  #forget(room: string): void {
    for (const name of this.#seen) if (name.startsWith(`["${room}"`)) this.#seen.delete(name);
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }
}
