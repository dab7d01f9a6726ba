/** Owns which namespaces there are: `/`, and those that the embedding application has named. */
import { type PacketFormat, packetFormat } from "./packet-format.ts";

/** Each namespace that a client connects to is a session of its own. */
export interface NamespaceOptions {
  /** Entered by a client that names no room. */
  readonly room: string;
}

/** By the name of the namespace, such as `/chat`. */
export type NamespaceMap = Readonly<Record<`/${string}`, NamespaceOptions>>;

interface Namespace {
  readonly format: PacketFormat;
  /** undefined: the server's default room. */
  readonly room: string | undefined;
}

export class Namespaces {
  readonly #byName: ReadonlyMap<string, Namespace>;

  constructor(generation: string, more: NamespaceMap = {}) {
    const named: [string, { room?: string }][] = [["/", {}], ...Object.entries(more)];
    this.#byName = new Map(
      named.map(([name, { room }]) => [name, { format: packetFormat(name, generation), room }]),
    );
  }

  find(name: string): Namespace | undefined {
    return this.#byName.get(name);
  }
}
