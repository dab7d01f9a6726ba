/** Owns a line that is an unmodified Socket.IO client, whose own recovery brings what was missed. */
import type { Ack, Down, ErrorMessage, EventMessage, History } from "@roomcast/protocol";
import { io } from "socket.io-client";

import type { OpenLine } from "./line.ts";

const RECONNECT_MS = 15;
const HANDSHAKE_MS = 3_000;
/** What comes under a name of its own and is a message; any other event is one of a room's. */
const MESSAGES: ReadonlySet<string> = new Set("welcome joined presence gap left drain error".split(" "));

type Answer<Message> =
  ({ readonly ok: true } & Omit<Message, "type">) | ({ readonly ok: false } & Omit<ErrorMessage, "type">);

export const socketioLine =
  (url: string, transport: "polling" | "websocket"): OpenLine =>
  (listener) => {
    const socket = io(url, {
      transports: [transport],
      forceNew: true,
      timeout: HANDSHAKE_MS,
      reconnectionDelay: RECONNECT_MS,
      reconnectionDelayMax: RECONNECT_MS,
      auth: (connect) => connect(listener.hello()),
    });
    socket.on("connect", () => {
      if (socket.recovered) listener.recovered();
    });
    socket.onAny((name: string, data: object, context: Omit<EventMessage, "type" | "event" | "data">) => {
      // An `ack` does no more than to move the offset that the client keeps.
      if (name === "ack") return;
      const message = MESSAGES.has(name)
        ? { type: name, ...data }
        : { type: "event", event: name, data, ...context };
      listener.hear(message as Down);
    });
    socket.on("disconnect", () => listener.closed());
    return {
      recovers: true,
      publish({ event, data, ...options }) {
        if (!socket.connected) return;
        socket.emit(event, data, options, ({ ok, ...answer }: Answer<Ack>) => {
          listener.hear({ type: ok ? "ack" : "error", ...answer, id: options.id } as Ack | ErrorMessage);
        });
      },
      page({ id, ...range }) {
        if (!socket.connected) return;
        socket.emit("history", range, ({ ok, ...answer }: Answer<History>) => {
          listener.hear({ type: ok ? "history" : "error", ...answer, id } as History | ErrorMessage);
        });
      },
      vanish() {
        // It may wait for a request that is under way, and is told what comes until then.
        socket.io.engine.close();
      },
      end() {
        socket.disconnect();
      },
    };
  };
