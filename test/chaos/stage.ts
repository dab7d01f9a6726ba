/** Owns what happens around every run's members: they come, are waited for, and are judged in the end. */
import { checkHistory, type Observation } from "@roomcast/hub/testing";
import { setTimeout as sleep } from "node:timers/promises";

import { BareMember } from "./bare-member.ts";
import { readFinalLogs } from "./final-logs.ts";
import { HttpPublisher } from "./http-publisher.ts";
import type { Member } from "./member.ts";
import { SdkMember, type SdkMemberOptions } from "./sdk-member.ts";
import { socketioLine } from "./socketio-line.ts";
import { type RunResult, Verdict } from "./verdict.ts";
import { wsLine } from "./ws-line.ts";

const PATIENCE_MS = 30_000;
const FINE_MS = 500;

/** What every member of a stage gets. */
type Scene = Pick<SdkMemberOptions, "rooms" | "observations" | "onFault">;

export class Stage {
  readonly verdict = new Verdict();
  readonly members: Member[] = [];
  readonly #rooms: readonly string[];
  readonly #observations: Observation[] = [];

  constructor(rooms: readonly string[]) {
    this.#rooms = rooms;
  }

  sdk(url: string, name: string, options: Pick<SdkMemberOptions, "token" | "eager"> = {}): SdkMember {
    return this.#enter(new SdkMember({ url, name, ...options, ...this.#scene }));
  }

  /** @param url of a WebSocket. */
  bare(url: string, name: string): BareMember {
    const openLine = wsLine(url, (what) => this.verdict.faults.push(`${name}: ${what}`));
    return this.#enter(new BareMember({ openLine, name, ...this.#scene }));
  }

  socketio(url: string, transport: "polling" | "websocket"): BareMember {
    const name = `socketio-${transport}`;
    return this.#enter(new BareMember({ openLine: socketioLine(url, transport), name, ...this.#scene }));
  }

  http(url: string, name: string): HttpPublisher {
    return this.#enter(new HttpPublisher(url, name, this.#observations));
  }

  remote<M extends Member>(make: (scene: Scene) => M): M {
    return this.#enter(make(this.#scene));
  }

  wake(): void {
    for (const member of this.members) member.wake();
  }

  leave(): void {
    for (const member of this.members) member.leave();
  }

  /** All is well again: everybody comes back, and how long those took who were not well is noted. Or all is not well. */
  async back(serverIsThere = (): boolean => true): Promise<void> {
    const since = performance.now();
    const isWell = ({ present, pending }: Member): boolean => present && pending === 0;
    const away = new Set(this.members.filter((member) => member.reads && !isWell(member)));
    await this.until("everybody is back", () => {
      for (const member of away) {
        if (!isWell(member)) continue;
        away.delete(member);
        this.verdict.resumeMs.push(performance.now() - since);
      }
      return away.size === 0 || !serverIsThere();
    });
  }

  /** Every publish has its outcome, and every reader is where the log is. */
  async settle(http: string): Promise<void> {
    await this.until("every publish has an outcome", () =>
      this.members.every(({ pending }) => pending === 0),
    );
    const logs = await readFinalLogs(http, this.#rooms);
    await this.until("every reader is where the log is", () =>
      this.members.every((member) => logs.every(({ room, top }) => (member.offsetIn(room) ?? top) >= top)),
    );
  }

  async judge(http: string): Promise<RunResult> {
    const history = { observations: this.#observations, logs: await readFinalLogs(http, this.#rooms) };
    this.verdict.findings.push(...checkHistory(history));
    this.verdict.acked = this.#count("ok");
    this.verdict.gaps = this.#count("gap");
    return { verdict: this.verdict, history };
  }

  /** What does not happen in time is a fault, and the run goes on to its verdict. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const since = performance.now();
    for (let waitedMs = 0; !holds(); waitedMs = performance.now() - since) {
      if (waitedMs > PATIENCE_MS) {
        const waiting = this.members.map(
          ({ name, present, pending }) => `${name} ${present ? "in" : "out"}, ${pending} pending`,
        );
        this.verdict.faults.push(`waited ${PATIENCE_MS} ms in vain until ${what} (${waiting.join("; ")})`);
        return;
      }
      // Finely at first, where times are measured; who waits for a time-out of seconds must not keep the machine busy.
      await sleep(waitedMs < FINE_MS ? 1 : waitedMs / 20);
    }
  }

  get #scene(): Scene {
    return {
      rooms: this.#rooms,
      observations: this.#observations,
      onFault: (what) => void this.verdict.faults.push(what),
    };
  }

  #enter<M extends Member>(member: M): M {
    this.members.push(member);
    return member;
  }

  #count(wanted: Observation["kind"]): number {
    return this.#observations.filter(({ kind }) => kind === wanted).length;
  }
}
