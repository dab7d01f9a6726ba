/** Owns the overload: publishers who never wait, then none, and how soon a publish is again what it was before. */
import type { Figures } from "../figures.ts";
import { settled } from "./crowd.ts";
import { Histogram } from "./histogram.ts";
import type { OverloadLoad } from "./job.ts";
import { inLanes } from "./lanes.ts";
import { RoomcastClient, type Told } from "./roomcast-client.ts";
import type { Stage } from "./stage.ts";

/** Each of the publishers has a room to itself, so that it is publishes that are too many, not deliveries. */
const TEXT = "x".repeat(128);
/** Written at a time; more waits until the kernel has taken that. */
const FLIGHT = 200;
const PROBES = 50;
/** Normal is a publish acked within twice what nine of ten took before, or in less than can be told from noise. */
const NORMAL_TIMES = 2;
const NOISE_MS = 10;
/** Most of so many on end: a single one may meet a gap by chance. */
const ON_END = 10;
const LIMIT_MS = 20_000;
/** What a flooder was left with is worked off long after others are served as before. It is lost once nothing has come in so many looks on end. */
const SILENT_LOOKS = 5;
const MIB = 1024 * 1024;

export async function overload({ publishers, durationMs }: OverloadLoad, stage: Stage): Promise<Figures> {
  const { meter, port } = stage;
  const crowd = await inLanes(publishers, (index) => FloodingPublisher.enter(port, `room-${index}`));
  const probe = await FloodingPublisher.enter(port, "probe");
  await settled();
  const before = new Histogram();
  for (let index = 0; index < PROBES; index += 1) before.add((await probe.once()) * 1_000);
  const normalMs = Math.max(NOISE_MS, (before.quantile(0.9) / 1_000) * NORMAL_TIMES);

  stage.measuring();
  const residentBytes = meter.residentBytes();
  const untilMs = performance.now() + durationMs;
  await Promise.all(crowd.map((publisher) => publisher.flood(untilMs)));
  const accepted = crowd.reduce((total, { ackedMs }) => total + ackedMs.length, 0);
  const normalAgainMs = await untilNormal(probe, normalMs);
  await allAnswered(crowd);
  const latency = new Histogram();
  const sum = (of: (publisher: FloodingPublisher) => number): number =>
    crowd.reduce((total, publisher) => total + of(publisher), 0);
  for (const publisher of crowd) for (const ms of publisher.ackedMs) latency.add(ms * 1_000);
  for (const publisher of [...crowd, probe]) publisher.end();
  return {
    offeredPerSecond: sum(({ offered }) => offered) / (durationMs / 1_000),
    acceptedPerSecond: accepted / (durationMs / 1_000),
    refused: sum(({ refused }) => refused),
    p50Ms: latency.quantile(0.5) / 1_000,
    p99Ms: latency.quantile(0.99) / 1_000,
    maxMs: latency.max / 1_000,
    grownMib: Math.max(0, meter.peakBytes() - residentBytes) / MIB,
    normalAgainMs,
    // Every publish is answered, unless the server has closed the connection; and what is acked was kept in order.
    lost: sum(({ offered, refused, ackedMs, closed }) =>
      closed > 0 ? 0 : offered - refused - ackedMs.length,
    ),
    disordered: sum(({ disordered }) => disordered),
    closed: sum(({ closed }) => closed),
  };
}

/** From now on. @returns the ms until publishes are acked within `normalMs`. */
async function untilNormal(probe: FloodingPublisher, normalMs: number): Promise<number> {
  const sinceMs = performance.now();
  const wereNormal: boolean[] = [];
  for (let elapsedMs = 0; elapsedMs < LIMIT_MS; elapsedMs = performance.now() - sinceMs) {
    wereNormal.push((await probe.once()) <= normalMs);
    const latest = wereNormal.slice(-ON_END).filter(Boolean);
    if (latest.length > ON_END / 2) return performance.now() - sinceMs;
  }
  return LIMIT_MS;
}

/** What is not answered then counts as lost. */
async function allAnswered(crowd: readonly FloodingPublisher[]): Promise<void> {
  const answers = (): number =>
    crowd.reduce((total, { ackedMs, refused }) => total + ackedMs.length + refused, 0);
  let [silentLooks, seen] = [0, answers()];
  while (crowd.some(({ waits }) => waits) && silentLooks < SILENT_LOOKS) {
    await settled();
    const now = answers();
    silentLooks = now === seen ? silentLooks + 1 : 0;
    seen = now;
  }
}

class FloodingPublisher {
  readonly ackedMs: number[] = [];
  offered = 0;
  refused = 0;
  disordered = 0;
  closed = 0;
  readonly #room: string;
  readonly #sentAtMs = new Map<string, number>();
  readonly #client: RoomcastClient;
  #lastOffset = 0;
  #onAck: (() => void) | undefined;

  private constructor(port: number, room: string, onJoined: () => void, onEnd: (reason: string) => void) {
    this.#room = room;
    this.#client = new RoomcastClient(
      port,
      { join: [{ room, history: 0 }] },
      (told) => {
        if (told.type === "joined") onJoined();
        else this.#told(told);
      },
      (reason) => {
        this.closed += 1;
        onEnd(reason);
      },
    );
  }

  /** It has publishes without an answer, and a connection by which one may come. */
  get waits(): boolean {
    return this.closed === 0 && this.#sentAtMs.size > 0;
  }

  static enter(port: number, room: string): Promise<FloodingPublisher> {
    const { promise, resolve, reject } = Promise.withResolvers<FloodingPublisher>();
    const publisher: FloodingPublisher = new FloodingPublisher(
      port,
      room,
      () => {
        resolve(publisher);
      },
      (reason) => {
        reject(new Error(reason));
      },
    );
    return promise;
  }

  /** One publish. @returns the ms until it was acked, or refused. */
  async once(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onAck = resolve;
    const startedMs = performance.now();
    this.#send(1);
    await promise;
    return performance.now() - startedMs;
  }

  async flood(untilMs: number): Promise<void> {
    while (performance.now() < untilMs && this.closed === 0) {
      if (this.#client.unsentBytes === 0) this.#send(FLIGHT);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  end(): void {
    this.#client.destroy();
  }

  #send(count: number): void {
    const nowMs = performance.now();
    const messages = Array.from({ length: count }, () => {
      this.offered += 1;
      const id = String(this.offered);
      this.#sentAtMs.set(id, nowMs);
      return { type: "publish", id, room: this.#room, event: "message", data: { text: TEXT } };
    });
    this.#client.say(...messages);
  }

  #told({ type, id = "", position, code }: Told): void {
    if (type !== "ack" && type !== "error") return;
    const sentAtMs = this.#sentAtMs.get(id);
    if (sentAtMs === undefined) return;
    this.#sentAtMs.delete(id);
    if (type === "ack") {
      this.ackedMs.push(performance.now() - sentAtMs);
      if (position !== undefined && position.offset <= this.#lastOffset) this.disordered += 1;
      this.#lastOffset = position?.offset ?? this.#lastOffset;
    } else if (code === "overloaded") this.refused += 1;
    this.#onAck?.();
  }
}
