/** Owns a line that is a bare WebSocket: PROTOCOL.md by hand. */
import { decodeDown } from "@roomcast/protocol";
import { WebSocket } from "ws";

import type { OpenLine } from "./line.ts";

const RECONNECT_MS = 15;
const HANDSHAKE_MS = 3_000;

/** @param onFault hears of what is no message of the protocol. */
export const wsLine =
  (url: string, onFault: (what: string) => void): OpenLine =>
  (listener) => {
    let socket: WebSocket | undefined;
    let ended = false;
    const say = (message: object): void => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    };
    const connect = (): void => {
      const opened = new WebSocket(url, ["roomcast.v1"], { handshakeTimeout: HANDSHAKE_MS });
      socket = opened;
      opened.on("open", () => say({ type: "hello", protocol: 1, ...listener.hello() }));
      opened.on("message", (data: Buffer) => {
        if (socket !== opened) return;
        const decoded = decodeDown(data.toString());
        if (decoded.ok) listener.hear(decoded.value);
        else onFault(`not a message of the protocol: ${data.toString()}`);
      });
      opened.on("error", () => undefined);
      opened.on("close", () => {
        listener.closed();
        if (!ended) setTimeout(connect, RECONNECT_MS);
      });
    };
    connect();
    return {
      recovers: false,
      publish: (message) => say({ type: "publish", ...message }),
      page: (message) => say({ type: "history", ...message }),
      vanish() {
        socket?.terminate();
        // What is still in it is not heard any more.
        socket = undefined;
        listener.closed();
      },
      end() {
        ended = true;
        socket?.close(1000);
      },
    };
  };
