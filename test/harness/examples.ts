/** Owns how the chat programs under examples/ are built and started: each takes an address, a room and a name. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { Program, ROOT } from "./program.ts";

const run = promisify(execFile);

/** Where a server is, or a network in front of it. */
export interface Address {
  readonly port: number;
  readonly http: string;
  readonly ws: string;
}

export const addressOf = (port: number): Address => ({
  port,
  http: `http://127.0.0.1:${port}`,
  ws: `ws://127.0.0.1:${port}/v1/ws`,
});

export interface ChatExample {
  readonly name: string;
  /** Names the program that it needs; such an example is skipped where that is missing, and nothing may be skipped in CI. */
  readonly needs?: `ROOMCAST_${string}`;
  /** Where it has to be built first. @param folder takes what is built. */
  readonly build?: (folder: string) => Promise<unknown>;
  /** Each message as `offset name: text`, and nothing else. Default: true. */
  readonly printsOffsets?: boolean;
  /** Comes back by itself, where it was. */
  readonly resumes?: true;
  readonly start: (at: Address, room: string, name: string, folder: string) => Program;
}

const program = (variable: string): string => process.env[variable] ?? "";

const socketio = (transport: string): ChatExample => ({
  name: `socketio-chat, ${transport} only`,
  resumes: true,
  start: ({ http }, room, name) =>
    Program.node("examples/socketio-chat/main.ts", http, room, name, transport),
});

export const CHAT_EXAMPLES: readonly ChatExample[] = [
  {
    name: "bare-websocket",
    start: ({ port }, room, name) =>
      Program.node("examples/bare-websocket/main.ts", String(port), room, name),
  },
  {
    name: "terminal-chat",
    printsOffsets: false,
    start: ({ http }, room, name) => Program.node("examples/terminal-chat/main.ts", http, room, name),
  },
  {
    name: "python-client (websockets)",
    resumes: true,
    needs: "ROOMCAST_PYTHON",
    start: ({ ws }, room, name) =>
      new Program(program("ROOMCAST_PYTHON"), ["examples/python-client/websockets_chat.py", ws, room, name]),
  },
  {
    name: "python-client (socketio)",
    needs: "ROOMCAST_PYTHON",
    start: ({ http }, room, name) =>
      new Program(program("ROOMCAST_PYTHON"), ["examples/python-client/socketio_chat.py", http, room, name]),
  },
  socketio("polling"),
  socketio("websocket"),
  {
    name: "cpp-client",
    needs: "ROOMCAST_CXX",
    build: (folder) =>
      run(
        program("ROOMCAST_CXX"),
        [
          ...["-std=c++17", "-DASIO_STANDALONE", "-pthread"],
          ...["examples/cpp-client/chat.cpp", "-o", join(folder, "chat")],
        ],
        { cwd: ROOT },
      ),
    start: ({ ws }, room, name, folder) => new Program(join(folder, "chat"), [ws, room, name]),
  },
];

export const isMissing = ({ needs }: ChatExample): boolean => needs !== undefined && program(needs) === "";
