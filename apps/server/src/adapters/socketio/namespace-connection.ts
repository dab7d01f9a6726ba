/** Owns one client in one namespace as the hub's connection: its handshake, its acks, its end. */
import type { Connection, Decoded, Identity, Inbox, Random, Reached } from "@roomcast/hub";
import {
  CLOSE_CODES,
  type CloseName,
  type Down,
  encodeDown,
  type ErrorMessage,
  isFinalClose,
  refusal,
  err,
  type Welcome,
} from "@roomcast/protocol";

import { textFrame } from "../ws/text-frame.ts";
import { messageOf } from "./emitted.ts";
import type { EngineLink } from "./engine-link.ts";
import { type PacketFormat, packetHead, type PacketType, roomOf } from "./packet-format.ts";

const NOTHING = new Uint8Array(0);

export interface NamespacePorts {
  readonly link: EngineLink;
  readonly format: PacketFormat;
  readonly random: Random;
  /** Whom the adapter has found it to be. */
  readonly identity: Identity | undefined;
  /** The hub has closed it. */
  readonly onClosed: (connection: NamespaceConnection) => void;
}

export class NamespaceConnection implements Connection {
  readonly transport = "socketio";
  readonly format: PacketFormat;
  readonly identity: Identity | undefined;
  readonly #link: EngineLink;
  readonly #random: Random;
  readonly #onClosed: (connection: NamespaceConnection) => void;
  /** Acks that are waited for, by the id of the request. */
  readonly #acks = new Map<string, number[]>();
  /** In the order in which they were entered. */
  readonly #rooms = new Set<string>();
  #inbox: Inbox | undefined;
  /** A CONNECT is being answered, or was accepted. */
  #asked = false;
  #connected = false;
  #cursor: string | undefined;
  /** By which the client asks to come back. */
  #pid: string | undefined;

  constructor({ link, format, random, identity, onClosed }: NamespacePorts) {
    this.#link = link;
    this.format = format;
    this.identity = identity;
    this.#random = random;
    this.#onClosed = onClosed;
  }

  get remote(): string {
    return this.#link.place.remote;
  }

  greeted(): void {
    this.#link.place.keep();
  }

  get bufferedBytes(): number {
    return this.#link.bufferedBytes;
  }

  listen(inbox: Inbox): void {
    this.#inbox = inbox;
  }

  /** Whether it is connected, or about to be. */
  get asked(): boolean {
    return this.#asked;
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** @param cursor up to where the client has had its rooms. */
  connect(hello: Decoded, cursor: string | undefined): void {
    this.#asked = true;
    this.#cursor = cursor;
    this.#pid = hello.ok && hello.value.type === "hello" ? hello.value.resume : undefined;
    this.#inbox?.receive(hello, 0);
  }

  /** @param ackId by which the client waits for an answer. */
  emitted(args: readonly unknown[], ackId: number | undefined, bytes: number): void {
    // Where it is published when it names no room is known once what came before is through.
    const read = (): Decoded => this.#read(messageOf(args, this.#firstRoom, this.#random.id()), ackId);
    this.#inbox?.receive(read, bytes);
  }

  emittedBinary(ackId: number | undefined, bytes: number): void {
    const refused = refusal("invalid_data", "data is JSON: binary attachments are not taken");
    this.#inbox?.receive(() => this.#read(err(refused), ackId), bytes);
  }

  get connected(): boolean {
    return this.#connected;
  }

  ended(code: number, reason: string): void {
    this.#inbox?.ended(code, reason);
  }

  gone(): void {
    this.#inbox?.gone();
  }

  /** Its connection is about to be closed for a reason of the transport's own. What the hub has yet to write goes out before that. */
  abort(name: CloseName): void {
    this.ended(CLOSE_CODES[name].code, CLOSE_CODES[name].meaning);
    this.#tellEnd(name);
  }

  send(frames: Uint8Array): void {
    this.#link.send(frames);
  }

  encode(message: Down, at?: Reached): Uint8Array {
    if (message.type === "welcome") return this.#welcome(message, at);
    if (!this.#connected) return message.type === "error" ? this.#refuseConnect(message) : NOTHING;
    if (message.type === "joined") this.#rooms.add(message.room);
    else if (message.type === "left") this.#rooms.delete(message.room);
    const ackId = "id" in message && message.type !== "event" ? this.#takeAck(message.id) : undefined;
    if (ackId === undefined && message.type !== "ack") return this.format.encode(message, at);
    const answer = ackId === undefined ? NOTHING : this.#answer(ackId, message);
    const room = roomOf(message);
    if (at?.sequence === undefined || room === undefined) return answer;
    // An answer moves no offset of a stock client: an event does, and goes first, lest what is answered come again.
    return Buffer.concat([this.format.reached(room, at), answer]);
  }

  dropUntaken(): void {
    this.#link.dropUntaken();
  }

  /** A client that polls asks when it likes, and engine.io waits for pongs. */
  readonly restsOnly = true;

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  close(name: CloseName, why?: string): void {
    this.#tellEnd(name, why);
    if (!isFinalClose(CLOSE_CODES[name].code)) this.#link.close();
    // A stock client stays away after this packet, and comes back after a connection that ends without one.
    else if (this.#connected) this.#link.send(this.#packet("disconnect"));
    this.#onClosed(this);
  }

  get #firstRoom(): string | undefined {
    const [first] = this.#rooms;
    return first;
  }

  #read(decoded: Decoded, ackId: number | undefined): Decoded {
    if (ackId === undefined) return decoded;
    const id = (decoded.ok ? (decoded.value as { id?: string }).id : decoded.error.id) ?? this.#random.id();
    const waiting = this.#acks.get(id);
    if (waiting === undefined) this.#acks.set(id, [ackId]);
    else waiting.push(ackId);
    return decoded.ok ? decoded : err({ ...decoded.error, id });
  }

  #takeAck(id: string | undefined): number | undefined {
    const waiting = id === undefined ? undefined : this.#acks.get(id);
    if (id !== undefined && waiting?.length === 1) this.#acks.delete(id);
    return waiting?.shift();
  }

  #welcome(message: Welcome, at: Reached | undefined): Uint8Array {
    this.#connected = true;
    // A client that gets back the pid it came with takes itself for recovered. It is good as long as no other is used.
    const pid = at === undefined ? this.#pid : message.resume;
    const connect = this.#packet("connect", JSON.stringify({ sid: message.clientId, pid }));
    return Buffer.concat([connect, this.format.encode(message, at)]);
  }

  #refuseConnect({ type: _, ...data }: ErrorMessage): Uint8Array {
    this.#asked = false;
    // The client is to come back by itself, which it does not after this packet.
    if (data.retry === "same_id") return NOTHING;
    return this.#packet("connectError", JSON.stringify({ message: data.message, data }));
  }

  #answer(ackId: number, message: Down): Uint8Array {
    const ok = message.type !== "error";
    return this.#packet("ack", `${ackId}[{"ok":${ok},${encodeDown(message).slice(1)}]`);
  }

  #tellEnd(name: CloseName, why: string = CLOSE_CODES[name].meaning): void {
    if (!this.#connected) return;
    const told = JSON.stringify(["error", { closeCode: CLOSE_CODES[name].code, message: why }]);
    this.#link.send(this.#packet("event", told));
  }

  #packet(type: PacketType, rest = ""): Uint8Array {
    return textFrame(packetHead(type, this.format.namespace) + rest);
  }
}
