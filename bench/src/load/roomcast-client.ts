/** Owns one bare client of Roomcast that understands what it is told: for loads that no peer can be asked to bear. */
import { BareSocket } from "./bare-socket.ts";
import { DIALECTS } from "./dialect.ts";

/** The fields that any load here looks at, of whatever message. */
export interface Told {
  readonly type: string;
  readonly room?: string;
  readonly id?: string;
  readonly resume?: string;
  readonly position?: { readonly epoch: string; readonly offset: number };
  readonly recovered?: boolean;
  readonly events?: readonly unknown[];
  readonly offset?: number;
  readonly code?: string;
  readonly retryAfterMs?: number;
}

export class RoomcastClient {
  readonly #socket: BareSocket;

  constructor(port: number, hello: object, onTold: (told: Told) => void, onEnd: (reason: string) => void) {
    this.#socket = new BareSocket({
      ...{ port, path: DIALECTS.roomcast.path, onEnd },
      onOpen: () => {
        this.say({ type: "hello", protocol: 1, ...hello });
      },
      onText: (bytes, start, end) => {
        onTold(JSON.parse(bytes.toString("utf8", start, end)) as Told);
      },
    });
  }

  get unsentBytes(): number {
    return this.#socket.unsentBytes;
  }

  say(...messages: readonly object[]): void {
    this.#socket.say(...messages.map((message) => JSON.stringify(message)));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
