/** Owns how the chat programs under examples/ are built and started: each takes an address, a room and a name. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { Program, ROOT } from "./program.ts";
import type { ServerProcess } from "./server-process.ts";

const run = promisify(execFile);

export interface ChatExample {
  readonly name: string;
  /** Names the program that it needs; such an example is skipped where that is missing, and nothing may be skipped in CI. */
  readonly needs?: `ROOMCAST_${string}`;
  /** Where it has to be built first. @param folder takes what is built. */
  readonly build?: (folder: string) => Promise<unknown>;
  readonly start: (server: ServerProcess, room: string, name: string, folder: string) => Program;
}

const program = (variable: string): string => process.env[variable] ?? "";

export const CHAT_EXAMPLES: readonly ChatExample[] = [
  {
    name: "bare-websocket",
    start: ({ port }, room, name) =>
      Program.node("examples/bare-websocket/main.ts", String(port), room, name),
  },
  {
    name: "terminal-chat",
    start: ({ http }, room, name) => Program.node("examples/terminal-chat/main.ts", http, room, name),
  },
  {
    name: "python-client (websockets)",
    needs: "ROOMCAST_PYTHON",
    start: ({ ws }, room, name) =>
      new Program(program("ROOMCAST_PYTHON"), ["examples/python-client/websockets_chat.py", ws, room, name]),
  },
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
