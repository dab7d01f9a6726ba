/** Owns the table of servers that are measured: how each is started, and what is spoken to it. */
import { fileURLToPath } from "node:url";

import type { DialectName } from "../load/dialect.ts";
import { bunProgram } from "./bun-program.ts";

export interface Peer {
  readonly name: string;
  readonly title: string;
  readonly dialect: DialectName;
  /** Ours: it has what no peer has, and bears what is asked of no peer. */
  readonly ours?: true;
  /** undefined: not to be had on this machine. */
  command(port: number, dataDir: string): Command | undefined;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const node = (program: string, port: number): Command => ({
  program: process.execPath,
  args: [path(`./programs/${program}`), String(port)],
});

const roomcast = (store: "sqlite" | "memory", port: number, dataDir: string): Command => ({
  program: process.execPath,
  // As `pnpm start` has it.
  args: [
    "--max-semi-space-size=8",
    "--no-maglev-destroy-on-background",
    path("../../../apps/server/dist/main.js"),
  ],
  env: {
    PORT: String(port),
    HOST: "127.0.0.1",
    ROOMCAST_STORE: store,
    ROOMCAST_DATA_DIR: dataDir,
    // One machine plays all clients, and one of them many.
    ROOMCAST_CONNECTIONS_PER_ADDRESS: "0",
    ROOMCAST_MESSAGES_PER_SECOND: "0",
    ROOMCAST_BYTES_PER_SECOND: "0",
    ROOMCAST_MAX_ROOMS: "0",
  },
});

export const PEERS: readonly Peer[] = [
  {
    name: "roomcast",
    title: "Roomcast, SQLite at `disk`",
    dialect: "roomcast",
    ours: true,
    command: (port, dataDir) => roomcast("sqlite", port, dataDir),
  },
  {
    name: "roomcast-memory",
    title: "Roomcast, in memory",
    dialect: "roomcast",
    ours: true,
    command: (port, dataDir) => roomcast("memory", port, dataDir),
  },
  {
    name: "socket.io",
    title: "Socket.IO",
    dialect: "socket.io",
    command: (port) => node("socket-io.ts", port),
  },
  {
    name: "ws",
    title: "ws, as tutorials write it",
    dialect: "plain",
    command: (port) => node("tutorial-ws.ts", port),
  },
  {
    name: "bare",
    title: "Node's bare sockets, without a server",
    dialect: "plain",
    command: (port) => node("bare-node.ts", port),
  },
  {
    name: "bun",
    title: "Bun's own WebSockets",
    dialect: "plain",
    command: (port) => {
      const program = bunProgram();
      return program === undefined
        ? undefined
        : { program, args: [path("./programs/bun-native.ts"), String(port)] };
    },
  },
];
