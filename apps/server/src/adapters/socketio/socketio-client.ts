/**
 * Owns what one client says over one Engine.IO connection: packets of Socket.IO 5, each for the namespace that it names.
 * What is no packet, or comes out of order, ends the connection, as that protocol has it.
 */
import type { Clock, Hub, Identity, Random, Timer } from "@roomcast/hub";
import { type CloseName, MAX_HELLO_BYTES, parseJson } from "@roomcast/protocol";
import { Decoder, type Packet, PacketType } from "socket.io-parser";

import { textFrame } from "../ws/text-frame.ts";
import { IdleLimit } from "../idle-limit.ts";
import { helloOf, offsetOf } from "./emitted.ts";
import type { EngineLink, LinkListener } from "./engine-link.ts";
import { NamespaceConnection } from "./namespace-connection.ts";
import { packetHead } from "./packet-format.ts";
import type { Namespaces } from "./namespaces.ts";

const ATTACHMENTS_TIMEOUT_MS = 10_000;
const MAX_ATTACHMENTS = 16;
const MAX_NAMESPACE_LENGTH = 128;
/** Connected over one connection, one after the other: what each was sent is remembered as long as that is there. */
const MAX_CONNECTS = 256;
/** Attachments are refused in any case, so none is kept until all are there. */
const ATTACHMENT = Buffer.alloc(0);

export interface SocketioPorts {
  readonly hub: Pick<Hub, "accept" | "arrive">;
  readonly namespaces: Namespaces;
  readonly clock: Clock;
  readonly random: Random;
  /** From the connection, or the last namespace that was left, to a CONNECT. */
  readonly connectTimeoutMs: number;
}

export class SocketioClient implements LinkListener {
  readonly #ports: SocketioPorts;
  readonly #link: EngineLink;
  readonly #identity: Identity | undefined;
  readonly #onEnded: () => void;
  /** However late its CONNECT comes, it is no newer than this. */
  readonly #number: number;
  readonly #decoder = new Decoder({ maxAttachments: MAX_ATTACHMENTS });
  readonly #idle: IdleLimit;
  readonly #connections = new Map<string, NamespaceConnection>();
  /** Those of before too. */
  readonly #carried = new Set<NamespaceConnection>();
  #connectDeadline: Timer | undefined;
  #attachmentsDeadline: Timer | undefined;
  /** What is being decoded. */
  #text = "";

  constructor(ports: SocketioPorts, link: EngineLink, identity: Identity | undefined, onEnded: () => void) {
    this.#ports = ports;
    this.#link = link;
    this.#identity = identity;
    this.#onEnded = onEnded;
    this.#number = ports.hub.arrive();
    this.#idle = new IdleLimit(ports.clock.monotonicMs());
    this.#decoder.on("decoded", (packet) => this.#decoded(packet));
    this.#awaitConnect();
  }

  message(data: unknown): void {
    try {
      if (typeof data === "string") this.#packet(data);
      else this.#decoder.add(ATTACHMENT);
    } catch {
      this.abort("badMessages");
    }
  }

  idle(): void {
    if (!this.#idle.take(this.#ports.clock.monotonicMs())) this.flooded();
  }

  flooded(): void {
    this.abort("tooMany");
  }

  ended(reason: string): void {
    this.#connectDeadline?.cancel();
    this.#attachmentsDeadline?.cancel();
    this.#decoder.destroy();
    for (const connection of this.#connections.values()) connection.ended(1006, reason);
    this.#connections.clear();
    this.#onEnded();
  }

  gone(): void {
    for (const connection of this.#carried) connection.gone();
  }

  /** Ends the connection for a reason of its own, which the hub has yet to hear. */
  abort(name: CloseName): void {
    for (const connection of this.#connections.values()) connection.abort(name);
    this.#link.close();
  }

  #packet(text: string): void {
    if (this.#connections.size === 0 && Buffer.byteLength(text) > MAX_HELLO_BYTES) {
      this.abort("tooLarge");
      return;
    }
    this.#text = text;
    this.#attachmentsDeadline ??= this.#isBinary
      ? this.#ports.clock.after(ATTACHMENTS_TIMEOUT_MS, () => this.abort("policy"))
      : undefined;
    this.#decoder.add(text);
  }

  #decoded(packet: Packet): void {
    this.#attachmentsDeadline?.cancel();
    this.#attachmentsDeadline = undefined;
    const connection = this.#connections.get(packet.nsp);
    switch (packet.type) {
      case PacketType.CONNECT:
        this.#connect(packet, connection);
        break;
      case PacketType.DISCONNECT:
        connection?.ended(1000, "the client left");
        this.#closed(packet.nsp);
        break;
      case PacketType.EVENT:
        // An event without a payload is one to the parser.
        if (connection === undefined || !Array.isArray(packet.data)) this.abort("badMessages");
        else if (this.#isBinary) connection.emittedBinary(packet.id, this.#text.length);
        else connection.emitted(this.#payloadOf(packet) as unknown[], packet.id, this.#text.length);
        break;
      case PacketType.ACK:
        // Nobody has asked for it.
        this.idle();
        break;
      default:
        this.abort("badMessages");
    }
  }

  #connect(packet: Packet, present: NamespaceConnection | undefined): void {
    const { nsp } = packet;
    const { hub, namespaces, random } = this.#ports;
    const namespace = namespaces.find(nsp);
    if (namespace === undefined) {
      this.#refuseNamespace(nsp);
      return;
    }
    if (this.#carried.size === MAX_CONNECTS) {
      this.abort("tooMany");
      return;
    }
    let connection = present;
    if (connection === undefined) {
      connection = new NamespaceConnection({
        link: this.#link,
        format: namespace.format,
        random,
        identity: this.#identity,
        onClosed: ({ connected }) => {
          this.#closed(nsp);
          if (connected && this.#connections.size === 0) this.#link.close();
        },
      });
      this.#connections.set(nsp, connection);
      this.#carried.add(connection);
      this.#connectDeadline?.cancel();
      connection.listen(hub.accept(connection, this.#number));
    }
    // A stock client says it twice when an application calls connect() though it connects by itself.
    if (connection.asked) this.idle();
    else {
      const auth = this.#payloadOf(packet);
      connection.connect(helloOf(auth, namespace.room), offsetOf(auth));
    }
  }

  #refuseNamespace(name: string): void {
    this.idle();
    if (name.length > MAX_NAMESPACE_LENGTH) this.abort("badMessages");
    else this.#link.send(textFrame(`${packetHead("connectError", name)}{"message":"Invalid namespace"}`));
  }

  #closed(namespace: string): void {
    if (this.#connections.delete(namespace) && this.#connections.size === 0) this.#awaitConnect();
  }

  #awaitConnect(): void {
    const { clock, connectTimeoutMs } = this.#ports;
    this.#connectDeadline?.cancel();
    this.#connectDeadline = clock.after(connectTimeoutMs, () => this.abort("helloTimeout"));
  }

  get #isBinary(): boolean {
    return this.#text.startsWith("5") || this.#text.startsWith("6");
  }

  /** Read again where JSON.parse cannot be trusted (parseJson says why). */
  #payloadOf({ data, nsp }: Packet): unknown {
    if (!this.#text.includes("\\")) return data;
    const behindNamespace = this.#text.slice(nsp === "/" ? 1 : 1 + nsp.length);
    return parseJson(behindNamespace.slice(behindNamespace.search(/[[{]/)));
  }
}
