/** Owns a network namespace with one link to this machine, which can break. Wants Linux, `ip` and the rights of root. */
import { spawnSync } from "node:child_process";

/** What can happen to the link. None of it is told to either end. */
export const FAULTS = ["server's end down", "client's end down", "route lost"] as const;
export type Fault = (typeof FAULTS)[number];

/** The machine does not allow it: why, in a sentence. */
export class Unavailable extends Error {}

export class NetworkNamespace implements Disposable {
  readonly #name: string;
  readonly #hostEnd: string;
  readonly #guestEnd: string;
  readonly #subnet: string;
  #fault: Fault | undefined;

  /** @param number its own among those of this machine: 0–250. */
  constructor(number: number) {
    this.#name = `roomcast-${number}`;
    this.#hostEnd = `rch${number}`;
    this.#guestEnd = `rcg${number}`;
    this.#subnet = `10.213.${number}`;
    // What a killed run has left.
    this[Symbol.dispose]();
    ip("netns", "add", this.#name);
    ip("link", "add", this.#hostEnd, "type", "veth", "peer", "name", this.#guestEnd);
    ip("link", "set", this.#guestEnd, "netns", this.#name);
    ip("addr", "add", `${this.#subnet}.1/30`, "dev", this.#hostEnd);
    ip("link", "set", this.#hostEnd, "up");
    this.#within("addr", "add", `${this.#subnet}.2/30`, "dev", this.#guestEnd);
    this.#within("link", "set", this.#guestEnd, "up");
  }

  /** @throws Unavailable */
  static check(): void {
    const name = "roomcast-check";
    const made = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
    if (made.status !== 0) {
      const why = made.error?.message ?? made.stderr.trim();
      throw new Unavailable(
        `no network namespace can be made here (${why}): be root on Linux, with iproute2.`,
      );
    }
    spawnSync("ip", ["netns", "del", name]);
  }

  /** The words that run a program in it. */
  get words(): string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** Of a server that listens on all addresses of this machine. */
  urlOf(port: number): string {
    return `http://${this.#subnet}.1:${port}`;
  }

  break(fault: Fault): void {
    this.#fault = fault;
    this.#set(true);
  }

  mend(): void {
    this.#set(false);
  }

  [Symbol.dispose](): void {
    spawnSync("ip", ["netns", "del", this.#name]);
    spawnSync("ip", ["link", "del", this.#hostEnd]);
    spawnSync("ip", ["route", "del", "blackhole", `${this.#subnet}.2/32`]);
  }

  #set(broken: boolean): void {
    switch (this.#fault) {
      case "server's end down":
        ip("link", "set", this.#hostEnd, broken ? "down" : "up");
        break;
      case "client's end down":
        this.#within("link", "set", this.#guestEnd, broken ? "down" : "up");
        break;
      case "route lost":
        ip("route", broken ? "add" : "del", "blackhole", `${this.#subnet}.2/32`);
        break;
      case undefined:
        break;
    }
  }

  #within(...words: string[]): void {
    ip("-n", this.#name, ...words);
  }
}

function ip(...words: string[]): void {
  const { status, stderr, error } = spawnSync("ip", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${words.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
