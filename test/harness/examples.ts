/** Owns how the chat programs under examples/ are built and started: each takes an address, a room and a name. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
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
  /** Where it has to be built first. */
  readonly build?: () => Promise<void>;
  /** Each message as `offset name: text`, and nothing else. Default: true. */
  readonly printsOffsets?: boolean;
  /** Comes back by itself, where it was. */
  readonly resumes?: true;
  readonly start: (at: Address, room: string, name: string) => Program;
}

const program = (variable: string): string => process.env[variable] ?? "";

const socketio = (transport: string): ChatExample => ({
  name: `socketio-chat, ${transport} only`,
  resumes: true,
  start: ({ http }, room, name) =>
    Program.node("examples/socketio-chat/main.ts", http, room, name, transport),
});

const CPP_SOURCE = join(ROOT, "examples/cpp-client/chat.cpp");

/** By its source: it takes the better part of a minute to build on a busy machine, and seldom changes. */
function cppProgram(): string {
  const version = createHash("sha256").update(readFileSync(CPP_SOURCE)).digest("hex").slice(0, 16);
  return join(ROOT, "node_modules/.cache/roomcast", `chat-${version}`);
}

/** Two test files may build at the same time: what is there is whole. */
async function buildCpp(): Promise<void> {
  const target = cppProgram();
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  const underWay = `${target}.${process.pid}`;
  const options = ["-std=c++17", "-DASIO_STANDALONE", "-pthread"];
  await run(program("ROOMCAST_CXX"), [...options, CPP_SOURCE, "-o", underWay]);
  renameSync(underWay, target);
}

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
    build: buildCpp,
    start: ({ ws }, room, name) => new Program(cppProgram(), [ws, room, name]),
  },
];

export const isMissing = ({ needs }: ChatExample): boolean => needs !== undefined && program(needs) === "";
