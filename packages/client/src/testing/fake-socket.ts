/** Owns the wire in tests: sockets of which the test is the other end. A frame that no server would take fails the test. */
import { decodeUp, type Down, encodeDown, type Up } from "@roomcast/protocol";

import type { Dial, OpenSocket, Socket, SocketListener } from "../platform/ports.ts";

type UpOf<Type extends Up["type"]> = Extract<Up, { type: Type }>;

export class FakeSocket implements Socket {
  readonly url: string;
  readonly token: string | undefined;
  /** Everything that the client sent, in order. */
  readonly sent: Up[] = [];
  /** Who ended it, and how. */
  ended: { readonly by: "client" | "server"; readonly code: number; readonly reason: string } | undefined;
  readonly #listener: SocketListener;

  constructor({ url, token }: Dial, listener: SocketListener) {
    this.url = url;
    this.token = token;
    this.#listener = listener;
  }

  send(text: string): void {
    if (this.ended !== undefined) return;
    const decoded = decodeUp(text);
    if (!decoded.ok) throw new Error(`the client sent ${text}: ${decoded.error.message}`);
    this.sent.push(decoded.value);
  }

  close(code: number, reason: string): void {
    this.ended ??= { by: "client", code, reason };
  }

  open(): void {
    if (this.ended === undefined) this.#listener.opened();
  }

  say(...messages: Down[]): void {
    for (const message of messages) this.sayText(encodeDown(message));
  }

  sayText(text: string): void {
    if (this.ended === undefined) this.#listener.received(text);
  }

  end(code = 1006, reason = ""): void {
    if (this.ended !== undefined) return;
    this.ended = { by: "server", code, reason };
    this.#listener.closed(code, reason);
  }

  all<Type extends Up["type"]>(type: Type): UpOf<Type>[] {
    return this.sent.filter((message): message is UpOf<Type> => message.type === type);
  }

  /** @throws when none was sent. */
  last<Type extends Up["type"]>(type: Type): UpOf<Type> {
    const found = this.all(type).at(-1);
    if (found === undefined) throw new Error(`the client sent no ${type}`);
    return found;
  }
}

export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];

  /** Of either transport: the address says which. */
  readonly open: OpenSocket = (dial, listener) => {
    const socket = new FakeSocket(dial, listener);
    this.sockets.push(socket);
    return socket;
  };

  /** @throws when none was opened. */
  get latest(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  /** Those that have not ended. */
  get alive(): FakeSocket[] {
    return this.sockets.filter(({ ended }) => ended === undefined);
  }
}
