/** Owns the one face that a client of any transport shows to the suite that runs over all of them. */
import {
  connect,
  type OpenSocket,
  openWith,
  type Socket,
  type SocketListener,
  streamWith,
  type Transport,
} from "@roomcast/client";

import { socketioBy } from "./socketio-speaker.ts";
import { until } from "./until.ts";

export interface Heard {
  readonly event: string;
  readonly data: unknown;
  readonly offset: number | undefined;
  /** The sender's `clientId`. */
  readonly from: string | null;
  readonly name: string;
}

export type Answer =
  | { readonly ok: true; readonly offset: number | undefined; readonly delivered: boolean | undefined }
  | { readonly ok: false; readonly code: string };

/** One client in one room. It keeps what it is told, oldest first. */
export interface Speaker extends AsyncDisposable {
  readonly id: string;
  readonly connected: boolean;
  readonly heard: readonly Heard[];
  /** `clientId`s. */
  readonly members: readonly string[];
  readonly left: readonly { readonly clientId: string; readonly reason: string }[];
  /** The close code after which it does not come back. */
  readonly ended: number | undefined;
  publish(
    event: string,
    data: unknown,
    how?: { readonly echo?: boolean; readonly to?: string },
  ): Promise<Answer>;
  /** Offsets. */
  history(range: { readonly before?: number; readonly limit?: number }): Promise<(number | undefined)[]>;
  /** Its network is gone; it comes back by itself. */
  cut(): void;
}

/** Resolves once it has entered the room. */
export type ConnectSpeaker = (url: string, room: string, name: string) => Promise<Speaker>;

/** A way that is blocked: nothing answers. */
const blocked: OpenSocket = (_dial, listener) => {
  queueMicrotask(() => listener.closed(1006, "blocked"));
  return { send() {}, close() {} };
};

/** The SDK, which has the one transport and no other. */
function sdkBy(transport: Transport, open: OpenSocket): ConnectSpeaker {
  return async (url, roomName, name) => {
    let latest: { socket: Socket; listener: SocketListener } | undefined;
    const cuttable: OpenSocket = (dial, listener) => {
      const socket = open(dial, listener);
      latest = { socket, listener };
      return socket;
    };
    const ports =
      transport === "ws"
        ? { openSocket: cuttable, openStream: blocked }
        : { openSocket: blocked, openStream: cuttable };
    const client = connect(url, { name, ports });
    const room = client.room(roomName);
    const heard: Heard[] = [];
    const left: { clientId: string; reason: string }[] = [];
    room.onAny(({ event, data, offset, from }) =>
      heard.push({ event, data, offset, from: from.clientId, name: from.name }),
    );
    room.onPresence((change) =>
      left.push(...change.left.map(({ member, reason }) => ({ clientId: member.clientId, reason }))),
    );
    await until(`${name} has entered by ${transport}`, () => room.status.state === "joined");
    return {
      heard,
      left,
      get id() {
        return client.clientId ?? "";
      },
      get connected() {
        return client.status.state === "connected" && client.status.transport === transport;
      },
      get members() {
        return room.members.map(({ clientId }) => clientId);
      },
      get ended() {
        const { status } = client;
        return status.state === "disconnected" && status.final ? status.reason.code : undefined;
      },
      async publish(event, data, how = {}) {
        const sent = await room.publish(event, data, how);
        if (!sent.ok) return { ok: false, code: sent.code };
        return { ok: true, offset: sent.position?.offset, delivered: sent.delivered };
      },
      async history(range) {
        const page = await room.history(range);
        return page.ok ? page.value.events.map(({ offset }) => offset) : [];
      },
      cut() {
        latest?.socket.close(4000, "");
        latest?.listener.closed(1006, "cut");
      },
      [Symbol.asyncDispose]: async () => client.disconnect(),
    };
  };
}

export const TRANSPORTS: Readonly<Record<string, ConnectSpeaker>> = {
  ws: sdkBy("ws", openWith(WebSocket)),
  "sse+http": sdkBy(
    "sse",
    streamWith((url, init) => fetch(url, init)),
  ),
  "socketio-polling": socketioBy("polling"),
  "socketio-websocket": socketioBy("websocket"),
  "socketio-upgrade": socketioBy("polling", "websocket"),
};
