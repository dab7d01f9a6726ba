/** Owns the load of members and publishers: sends at its pace, checks what every member gets, and measures. */
import type { Figures } from "../figures.ts";
import { Crowd } from "./crowd.ts";
import { Histogram } from "./histogram.ts";
import type { FanOutLoad } from "./job.ts";
import { Ledger } from "./ledger.ts";
import { type Marker, markedText } from "./marker.ts";
import { Publisher } from "./publisher.ts";
import type { Stage } from "./stage.ts";

const PAYLOAD_BYTES = 128;
/** Looked at so often, … */
const LOOK_MS = 100;
/** … and nothing has come in so many looks on end: what is missing is lost. Looks, since a load that was kept from running saw nothing come. */
const SILENT_LOOKS = 50;
const MIB = 1024 * 1024;
const US = 1_000;

export async function fanOut(load: FanOutLoad, stage: Stage): Promise<Figures> {
  const run = new FanOut(load, stage);
  return run.figures();
}

class FanOut {
  readonly #load: FanOutLoad;
  readonly #stage: Stage;
  readonly #rooms: number;
  readonly #stalled: number;
  readonly #latency = new Histogram();
  readonly #ledger: Ledger;
  readonly #publishers: Publisher[] = [];
  #measuring = false;
  #deliveries = 0;
  #lastCameMs = 0;
  #closed = 0;
  #stalledAtMs = 0;
  /** How long each of those that were cut had not read. */
  readonly #cutAfterMs: number[] = [];
  #onWhole: (() => void) | undefined;

  constructor(load: FanOutLoad, stage: Stage) {
    this.#load = load;
    this.#stage = stage;
    this.#rooms = load.rooms ?? 1;
    this.#stalled = load.stalled ?? 0;
    this.#ledger = new Ledger(load.members, Math.ceil((load.publishers ?? 1) / this.#rooms));
  }

  async figures(): Promise<Figures> {
    const load = this.#load;
    const { meter } = this.#stage;
    const crowd = await Crowd.gather(
      Array.from({ length: load.members }, (_, member) => this.#wire(member)),
      meter,
    );
    this.#makePublishers(crowd);
    for (const wire of crowd.wires.slice(this.#readers)) wire.stall();
    this.#stalledAtMs = performance.now();
    await this.#send(load.pace.warmUp);

    this.#stage.measuring();
    this.#measuring = true;
    this.#deliveries = 0;
    const grownFrom = meter.residentBytes();
    const [startedMs, startedNs] = [performance.now(), meter.cpuNs()];
    await this.#send(load.pace.messages);
    const elapsedMs = this.#lastCameMs - startedMs;
    const cpuNs = meter.cpuNs() - startedNs;
    this.#closeLedger();
    const { lost, disordered } = this.#ledger;
    return {
      cpuUsPerDelivery: cpuNs / US / this.#deliveries,
      cpuUsPerMessage: cpuNs / US / (load.pace.messages * this.#publishers.length),
      deliveriesPerCpuSecond: this.#deliveries / (cpuNs / 1e9),
      deliveriesPerSecond: this.#deliveries / (elapsedMs / 1_000),
      p50Ms: this.#latency.quantile(0.5) / US,
      p99Ms: this.#latency.quantile(0.99) / US,
      p999Ms: this.#latency.quantile(0.999) / US,
      maxMs: this.#latency.max / US,
      grownMib: Math.max(0, meter.peakBytes() - grownFrom) / MIB,
      ...(this.#cutAfterMs.length > 0 && { stalledMs: Math.max(...this.#cutAfterMs) }),
      closed: this.#closed,
      ...crowd.figures,
      ...{ lost, disordered },
    };
  }

  /** Members who read. */
  get #readers(): number {
    return this.#load.members - this.#stalled;
  }

  #wire(member: number): ReturnType<Stage["wire"]> {
    return this.#stage.wire({
      rooms: [this.#roomOf(member)],
      onMarker: (marker) => {
        this.#came(member, marker);
      },
      onEnd: () => {
        this.#closed += 1;
        if (member >= this.#readers) this.#cutAfterMs.push(performance.now() - this.#stalledAtMs);
      },
    });
  }

  #roomOf = (member: number): string => `room-${member % this.#rooms}`;

  #makePublishers(crowd: Crowd): void {
    const payloadBytes = this.#load.payloadBytes ?? PAYLOAD_BYTES;
    for (const [member, wire] of crowd.wires.slice(0, this.#load.publishers ?? 1).entries()) {
      const room = this.#roomOf(member);
      const readers = Math.ceil((this.#readers - (member % this.#rooms)) / this.#rooms);
      this.#publishers.push(
        new Publisher(readers, (messages) => {
          wire.publish(
            messages.map(({ sequence, sentUs }) => ({
              room,
              id: `${member}-${sequence}`,
              text: markedText({ publisher: member, sequence, sentUs }, payloadBytes),
            })),
          );
        }),
      );
    }
  }

  /** Resolves when every reader has got everything, or nothing comes any more. */
  async #send(messages: number): Promise<void> {
    const { pace } = this.#load;
    const { promise: whole, resolve } = Promise.withResolvers<void>();
    this.#onWhole = resolve;
    this.#lastCameMs = performance.now();
    if ("perSecond" in pace) this.#schedule(messages, 1_000 / pace.perSecond);
    else {
      const window = pace.window === "none" ? Number.POSITIVE_INFINITY : pace.window;
      for (const publisher of this.#publishers) publisher.start(messages, window);
    }
    let [silentLooks, seen] = [0, this.#deliveries];
    const looking = setInterval(() => {
      silentLooks = this.#deliveries === seen ? silentLooks + 1 : 0;
      seen = this.#deliveries;
      if (silentLooks === SILENT_LOOKS) resolve();
    }, LOOK_MS);
    await whole;
    clearInterval(looking);
  }

  #schedule(messages: number, everyMs: number): void {
    const startMs = performance.now();
    const total = messages * this.#publishers.length;
    let sent = 0;
    for (const publisher of this.#publishers) publisher.expect(messages);
    const due = (): void => {
      for (; sent < total && startMs + sent * everyMs <= performance.now(); sent += 1)
        this.#publishers[sent % this.#publishers.length]?.send((startMs + sent * everyMs) * US);
      if (sent < total) setTimeout(due, Math.max(0, startMs + sent * everyMs - performance.now()));
    };
    due();
  }

  #came(member: number, { publisher, sequence, sentUs }: Marker): void {
    const nowMs = performance.now();
    this.#lastCameMs = nowMs;
    this.#deliveries += 1;
    this.#ledger.note(member, Math.floor(publisher / this.#rooms), sequence);
    if (this.#measuring) this.#latency.add(nowMs * US - sentUs);
    const from = this.#publishers[publisher];
    from?.delivered();
    if (from?.whole === true && this.#publishers.every(({ whole }) => whole)) this.#onWhole?.();
  }

  #closeLedger(): void {
    for (const [publisher, { sent }] of this.#publishers.entries()) {
      for (let member = publisher % this.#rooms; member < this.#readers; member += this.#rooms)
        this.#ledger.close(member, Math.floor(publisher / this.#rooms), sent);
    }
  }
}
