/** Owns one client made of the stock socket.io-client, against a Socket.IO server or against Roomcast. */
import { io, type Socket } from "socket.io-client";

import { markerOf } from "./marker.ts";
import type { Publication, Wire, WireOptions } from "./wire.ts";

/** The argument of an event, as either kind of server gives it. */
interface Heard {
  readonly text?: string;
  readonly data?: { readonly text: string };
}

/** How an application speaks through the library to each kind of server. */
interface StockDialect {
  readonly auth: (rooms: readonly string[]) => object;
  readonly enter: (socket: Socket, rooms: readonly string[]) => void;
  readonly publish: (socket: Socket, publication: Publication) => void;
  readonly textOf: (argument: Heard) => string;
}

export const STOCK_DIALECTS: Readonly<Record<string, StockDialect>> = {
  roomcast: {
    auth: (rooms) => ({ join: rooms.map((room) => ({ room, history: 0 })) }),
    enter: () => {},
    publish: (socket, { room, id, text }) => socket.emit("message", { text }, { room, id }),
    textOf: ({ text = "" }) => text,
  },
  "socket.io": {
    auth: () => ({}),
    enter: (socket, rooms) => {
      for (const room of rooms) socket.emit("join", room);
    },
    publish: (socket, { room, id, text }) =>
      socket.emit("publish", { id, room, event: "message", data: { text } }),
    textOf: ({ data }) => data?.text ?? "",
  },
};

export class StockWire implements Wire {
  readonly #dialect: StockDialect;
  readonly #options: WireOptions;
  readonly #socket: Socket;

  constructor(dialect: StockDialect, options: WireOptions) {
    this.#dialect = dialect;
    this.#options = options;
    this.#socket = io(`http://127.0.0.1:${options.port}`, {
      ...{ autoConnect: false, forceNew: true, reconnection: false },
      transports: ["websocket"],
      auth: dialect.auth(options.rooms),
    });
  }

  enter(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { rooms, onMarker, onEnd } = this.#options;
    const socket = this.#socket;
    let joined = 0;
    socket.on("connect", () => {
      this.#dialect.enter(socket, rooms);
    });
    socket.on("connect_error", reject);
    socket.on("joined", () => {
      joined += 1;
      if (joined === rooms.length) resolve();
    });
    socket.on("message", (argument: Heard) => {
      const marker = markerOf(this.#dialect.textOf(argument));
      if (marker !== undefined) onMarker(marker);
    });
    socket.on("disconnect", onEnd);
    socket.connect();
    return promise;
  }

  publish(publications: readonly Publication[]): void {
    for (const publication of publications) this.#dialect.publish(this.#socket, publication);
  }

  stall(): void {
    throw new Error("a stock client cannot be made to stall");
  }

  cut(): void {
    this.#socket.disconnect();
  }
}
