/** Owns the real ports: the only file that knows the clock, timers, chance, WebSocket, fetch and the page. */
import { SUBPROTOCOL } from "@roomcast/protocol";

import type { Clock, OpenSocket, Ports, Random } from "./ports.ts";
import { type Fetch, openStreamWith } from "./stream-socket.ts";

/** What a socket needs of a WebSocket class; the platform's own has it, and so has the `ws` package's. */
export type WebSocketClass = new (url: string, subprotocol: string, options: WebSocketHead) => WebSocket;

/** What is said before the socket opens, where the class can; a browser's leaves it aside. */
interface WebSocketHead {
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const clock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    // A longer one would run at once.
    const timer = setTimeout(run, Math.min(delayMs, MAX_TIMEOUT_MS));
    return { cancel: () => clearTimeout(timer) };
  },
};

const random: Random = {
  id() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  },
  fraction: () => Math.random(),
};

/** The port over a WebSocket class of one's own choice. */
export const openWith = (WebSocketClass: WebSocketClass): OpenSocket =>
  openBy((url, head) => new WebSocketClass(url, SUBPROTOCOL, head));

/** The port over a `fetch` of one's own choice; its answers must be streams. */
export const streamWith = (request: Fetch): OpenSocket => openStreamWith(request, clock);

const openBy =
  (make: (url: string, head: WebSocketHead) => WebSocket): OpenSocket =>
  ({ url, token }, listener) => {
    let socket: WebSocket;
    let ended = false;
    const end = (code: number, reason: string) => {
      if (ended) return;
      ended = true;
      listener.closed(code, reason);
    };
    try {
      socket = make(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    } catch (error) {
      // A page over https may not open a plain socket: that is an attempt that failed, and the page lives on.
      queueMicrotask(() => end(1006, error instanceof Error ? error.message : "the socket cannot be opened"));
      return { send() {}, close: () => void (ended = true) };
    }
    socket.addEventListener("open", () => {
      if (!ended) listener.opened();
    });
    socket.addEventListener("message", ({ data }) => {
      if (!ended && typeof data === "string") listener.received(data);
    });
    socket.addEventListener("close", ({ code, reason }) => end(code, reason));
    // Says nothing that `close` does not say; but without a listener some platforms take it for uncaught.
    socket.addEventListener("error", () => {});
    return {
      send(text) {
        if (!ended && socket.readyState === socket.OPEN) socket.send(text);
      },
      close(code, reason) {
        ended = true;
        socket.close(code, reason);
      },
    };
  };

/** Node's own class takes headers in the place of the subprotocol, and has no page to be known by. */
function platformSocket(url: string, { headers }: WebSocketHead): WebSocket {
  const isNode = typeof navigator === "object" && navigator.userAgent.startsWith("Node.js/");
  const options = { protocols: [SUBPROTOCOL], headers };
  return new WebSocket(url, isNode ? (options as unknown as string[]) : SUBPROTOCOL);
}

function onWake(wake: () => void): () => void {
  // Node has neither a page nor an event for the network.
  if (typeof globalThis.addEventListener !== "function") return () => {};
  const page = typeof document === "object" ? document : undefined;
  const shown = () => {
    if (page?.visibilityState === "visible") wake();
  };
  globalThis.addEventListener("online", wake);
  page?.addEventListener("visibilitychange", shown);
  return () => {
    globalThis.removeEventListener("online", wake);
    page?.removeEventListener("visibilitychange", shown);
  };
}

function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  // Node has no reportError. Throwing would end the process for an error in one handler.
  // eslint-disable-next-line no-console
  else console.error(error);
}

export const realPorts: Ports = {
  clock,
  random,
  openSocket: openBy(platformSocket),
  openStream: streamWith((url, init) => fetch(url, init)),
  onWake,
  origin: typeof location === "object" && location.origin !== "null" ? location.origin : undefined,
  report,
};
