/** Owns what is said to each kind of server: the same room traffic in its own words. */
import type { Publication } from "./wire.ts";

export interface Step {
  readonly say?: string;
  /** Goes on once so many frames have begun with this. */
  readonly until: string;
  readonly count?: number;
}

export interface Dialect {
  readonly path: string;
  entry(rooms: readonly string[]): readonly Step[];
  publish(publication: Publication): string;
  /** A frame that is exactly this is a heartbeat, and gets that answer. */
  readonly heartbeat?: { readonly text: string; readonly answer: string };
}

const json = (value: unknown): string => JSON.stringify(value);

const roomcast: Dialect = {
  path: "/v1/ws",
  entry: (rooms) => [
    {
      say: json({ type: "hello", protocol: 1, join: rooms.map((room) => ({ room, history: 0 })) }),
      until: '{"type":"joined"',
      count: rooms.length,
    },
  ],
  publish: ({ room, id, text }) => json({ type: "publish", id, room, event: "message", data: { text } }),
};

/** What the tutorials' ws server and Bun's speak in this bench. */
const plain: Dialect = {
  path: "/",
  entry: (rooms) => rooms.map((room) => ({ say: json({ type: "join", room }), until: '{"type":"joined"' })),
  publish: ({ room, id, text }) => json({ type: "publish", id, room, event: "message", data: { text } }),
};

const socketIo: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  entry: (rooms) => [
    { until: "0{" },
    { say: "40", until: "40{" },
    ...rooms.map((room) => ({ say: `42${json(["join", room])}`, until: '42["joined"' })),
  ],
  publish: ({ room, id, text }) => `42${json(["publish", { id, room, event: "message", data: { text } }])}`,
  heartbeat: { text: "2", answer: "3" },
};

export const DIALECTS = { roomcast, plain, "socket.io": socketIo } as const;
export type DialectName = keyof typeof DIALECTS;
