/** Owns a member in another network, as it is seen from here: remote-program.ts is its other half. */
import type { Observation } from "@roomcast/hub/testing";
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { NetworkNamespace } from "../harness/network-namespace.ts";
import type { Member, Utterance } from "./member.ts";

const PROGRAM = fileURLToPath(new URL("remote-program.ts", import.meta.url));

export interface RemoteOptions {
  readonly url: string;
  readonly name: string;
  readonly rooms: readonly string[];
}

export type ToRemote = { readonly utterance: Utterance } | { readonly wake: true } | { readonly leave: true };

export type FromRemote =
  | { readonly observation: Observation }
  | { readonly fault: string }
  | {
      readonly present: boolean;
      readonly pending: number;
      readonly offsets: Readonly<Record<string, number>>;
    };

export class RemoteMember implements Member {
  readonly name: string;
  readonly reads = true;
  readonly #child: ChildProcess;
  /** Told to publish, and not heard of yet. */
  #told = 0;
  #state = { present: false, pending: 0, offsets: {} as Readonly<Record<string, number>> };

  constructor(
    { words }: NetworkNamespace,
    {
      observations,
      onFault,
      ...options
    }: RemoteOptions & { readonly observations: Observation[]; readonly onFault: (what: string) => void },
  ) {
    this.name = options.name;
    const [program, ...rest] = [
      ...words,
      process.execPath,
      ...process.execArgv,
      PROGRAM,
      JSON.stringify(options),
    ];
    this.#child = spawn(program, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child.on("message", (message: FromRemote) => {
      if ("observation" in message) {
        if (message.observation.kind === "invoke") this.#told -= 1;
        observations.push(message.observation);
      } else if ("fault" in message) onFault(message.fault);
      else this.#state = message;
    });
  }

  get present(): boolean {
    return this.#state.present;
  }

  get pending(): number {
    return this.#told + this.#state.pending;
  }

  publish(utterance: Utterance): void {
    this.#told += 1;
    this.#tell({ utterance });
  }

  wake(): void {
    this.#tell({ wake: true });
  }

  offsetIn(room: string): number {
    return this.#state.offsets[room] ?? 0;
  }

  leave(): void {
    this.#tell({ leave: true });
  }

  #tell(message: ToRemote): void {
    this.#child.send(message);
  }
}
