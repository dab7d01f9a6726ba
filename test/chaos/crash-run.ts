/** Owns one run of the crash matrix: a server that dies again and again while its members go on. */
import { SeededRandom } from "@roomcast/hub/testing";
import { setTimeout as sleep } from "node:timers/promises";

import { NO_RATES } from "../harness/no-rates.ts";
import type { BareMember } from "./bare-member.ts";
import type { CrashPlan, Death } from "./crash-plan.ts";
import type { Failpoint } from "./failpoint-names.ts";
import { MortalServer, type Trap } from "./mortal-server.ts";
import type { SdkMember } from "./sdk-member.ts";
import { Stage } from "./stage.ts";
import { Talk } from "./talk.ts";
import { LARGE_ROOM } from "./text.ts";
import { JWT_SECRET } from "./tokens.ts";
import type { RunResult } from "./verdict.ts";

const ROOMS = ["red", "green", "blue"];
/** A failpoint that is not met by then is left, unless a run is asked for more patience. */
const MAX_LIFE_MS = 1_500;
/** A checkpoint wants some megabytes before it. */
const MAX_LARGE_LIFE_MS = 5_000;
const LATE_AFTER_TURNS = 5;
const DRAIN_AFTER_TURNS = 10;
/** How often in a turn a line without an SDK vanishes. */
const STUMBLES = 0.03;
/** In this share of lives one member is away, and finds trimmed what it has missed where little is kept. */
const NAPS = 0.5;
const MAX_DOWN_MS = 60;
const MAX_PAUSE_MS = 8;

/** @throws on what is no finding: the machine, or a bug in here. */
export async function crashRun(plan: CrashPlan, maxLifeMs = MAX_LIFE_MS): Promise<RunResult> {
  await using server = await MortalServer.make({
    ROOMCAST_LOG: "warn",
    ROOMCAST_DURABILITY: plan.durability,
    ROOMCAST_HISTORY_EVENTS: String(plan.historyEvents),
    ...NO_RATES,
    ROOMCAST_MESSAGES_PER_SECOND: String(plan.messagesPerSecond),
    ROOMCAST_JWT_SECRET: JWT_SECRET,
    ROOMCAST_GUESTS: "allow",
  });
  return await new CrashRun(plan, maxLifeMs, server).run();
}

class CrashRun {
  readonly #plan: CrashPlan;
  readonly #maxLifeMs: number;
  readonly #server: MortalServer;
  readonly #random: SeededRandom;
  readonly #stage = new Stage([...ROOMS, LARGE_ROOM]);

  constructor(plan: CrashPlan, maxLifeMs: number, server: MortalServer) {
    this.#plan = plan;
    this.#maxLifeMs = maxLifeMs;
    this.#server = server;
    this.#random = new SeededRandom(plan.seed);
  }

  async run(): Promise<RunResult> {
    const { http, ws } = this.#server;
    const stage = this.#stage;
    await this.#boot();
    const sdks = [
      stage.sdk(http, "guest-1"),
      stage.sdk(http, "guest-2"),
      stage.sdk(http, "user-1", { token: true }),
      stage.sdk(http, "user-2", { token: true }),
    ] as [SdkMember, ...SdkMember[]];
    const bares = [
      stage.bare(ws, "bare"),
      stage.socketio(http, "websocket"),
      stage.socketio(http, "polling"),
    ] as const;
    const speakers = [...sdks, ...bares, stage.http(http, "http")];
    await stage.until("everybody is in", () => stage.members.every(({ present }) => present));
    const talk = new Talk(speakers, ROOMS, this.#random);
    for (const [index, death] of this.#plan.deaths.entries()) {
      const sleeper = this.#random.fraction() < NAPS ? this.#random.pick(sdks) : undefined;
      sleeper?.leave();
      await this.#live(death, talk, bares, `late-${index}`);
      sleeper?.return();
      await sleep(this.#random.below(MAX_DOWN_MS));
      const next = this.#plan.deaths[index + 1];
      if (await this.#boot(next?.kind === "failpoint" ? next : undefined)) {
        stage.wake();
        await stage.back(() => this.#server.alive);
      }
    }
    talk.burst();
    await stage.settle(http);
    // What a reader has had must be there for the next one too, when nothing is left of this process.
    this.#server.signal("SIGKILL");
    await this.#server.ended();
    stage.leave();
    await this.#boot();
    return stage.judge(http);
  }

  /** Talks until the server is dead; it may have died already, when everybody came back. @param late a reader that comes into the middle of it. */
  async #live(
    death: Death,
    talk: Talk,
    bares: readonly [BareMember, ...BareMember[]],
    late: string,
  ): Promise<void> {
    const failpoint = death.kind === "failpoint" ? death.failpoint : undefined;
    const isLarge = failpoint === "in-checkpoint";
    const limitMs = isLarge ? Math.max(MAX_LARGE_LIFE_MS, this.#maxLifeMs) : this.#maxLifeMs;
    const endsAt = performance.now() + (death.kind === "kill" ? death.afterMs : limitMs);
    for (let turns = 0; this.#server.alive && performance.now() < endsAt; turns++) {
      talk.turn(isLarge);
      await sleep(this.#random.below(MAX_PAUSE_MS));
      if (turns === LATE_AFTER_TURNS) this.#stage.sdk(this.#server.http, late);
      if (this.#random.fraction() < STUMBLES) this.#random.pick(bares).stumble();
      if (failpoint === "in-drain" && turns === DRAIN_AFTER_TURNS) this.#server.signal("SIGTERM");
    }
    this.#server.signal("SIGKILL");
    await this.#server.ended();
    this.#stage.verdict.died(this.#server.diedAt as Failpoint | undefined, failpoint);
  }

  /** @returns whether it is ready; only one in a trap may be dead instead. */
  async #boot(trap?: Trap): Promise<boolean> {
    const readyMs = await this.#server.boot(trap);
    if (readyMs === undefined && trap === undefined)
      throw new Error(`the server did not start: ${this.#server.output}`);
    if (readyMs !== undefined) this.#stage.verdict.readyMs.push(readyMs);
    return readyMs !== undefined;
  }
}
