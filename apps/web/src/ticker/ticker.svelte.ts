/**
 * Owns what the ticker shows: the series by symbol, filled by the room's ticks, and shown frame by frame: however many ticks
 * come, the screen is told once a frame.
 */
import { connect, type RoomStatus } from "@roomcast/client";
import { events, type Events } from "@roomcast/protocol";
import { createRoom, type LiveRoom } from "@roomcast/svelte";
import { createSubscriber } from "svelte/reactivity";

import { Connection } from "../lib/connection.svelte.ts";
import { tokenOfTab } from "../lib/entrance.ts";
import { Series, type SymbolView, type Tick, WINDOW_MS } from "./series.ts";

export const ROOM = "ticker";
const HISTORY = 300;
const MAX_PAGES = 8;
/** Anybody may publish a tick of anything. */
const MAX_SYMBOLS = 100;

export class Ticker {
  readonly connection: Connection;
  readonly #room: LiveRoom<Events>;
  readonly #leave: () => void;
  readonly #series = new Map<string, Series>();
  readonly #views = new Map<string, SymbolView>();
  readonly #changedSymbols = new Set<string>();
  #show = (): void => {};
  #frame = 0;
  #ticks = 0;
  #missed = 0;
  /** Of what came with joining. */
  #firstOffset = Infinity;
  readonly #follow = createSubscriber((update) => {
    this.#show = update;
    return () => (this.#show = () => {});
  });

  constructor() {
    const client = connect("", { contract: events, name: "Ticker view", ...tokenOfTab() });
    this.connection = new Connection(client);
    this.#room = createRoom(client, ROOM, { history: HISTORY });
    this.#room.room.onAny(({ offset }) => {
      this.#firstOffset = Math.min(this.#firstOffset, offset ?? Infinity);
    });
    this.#room.room.on("tick", ({ data, time, replayed }) => {
      this.#ticks += 1;
      this.#of(data.symbol)?.add({ price: data.price, time, heardAt: replayed ? time : Date.now() });
      this.#changedSymbols.add(data.symbol);
      this.#changed();
    });
    this.#room.room.onGap(({ from, to }) => {
      this.#missed += from === null || to === null ? 0 : to - from + 1;
      for (const series of this.#series.values()) series.break();
      this.#changed();
    });
    this.#room.room.onJoined(({ first }) => {
      if (first) void this.#recall();
    });
    this.#leave = () => client.disconnect();
  }

  /** By name. A symbol that has not changed is the same object as before. */
  get symbols(): readonly SymbolView[] {
    this.#follow();
    for (const symbol of this.#changedSymbols) {
      const view = this.#series.get(symbol)?.view;
      if (view !== undefined) this.#views.set(symbol, view);
    }
    this.#changedSymbols.clear();
    return [...this.#views.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  }

  /** Heard since the view was opened. */
  get ticks(): number {
    this.#follow();
    return this.#ticks;
  }

  /** Those that the server could no longer give. */
  get missed(): number {
    this.#follow();
    return this.#missed;
  }

  get status(): RoomStatus {
    return this.#room.status;
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
    this.#leave();
  }

  /** What came with joining may be seconds only: the minutes before it, and symbols that are silent since, are asked for. */
  async #recall(): Promise<void> {
    const { room } = this.#room;
    const past = new Map<string, Tick[]>();
    let before = this.#firstOffset;
    for (let pages = 0; pages < MAX_PAGES && before > 1; pages += 1) {
      const page = await room.history({ before, limit: HISTORY });
      if (!page.ok) break;
      const { events: older } = page.value;
      for (const event of older.toReversed()) {
        if (!room.is(event, "tick")) continue;
        const { symbol, price } = event.data;
        past.set(symbol, [{ price, time: event.time, heardAt: event.time }, ...(past.get(symbol) ?? [])]);
      }
      const oldest = older[0];
      if (oldest?.offset === undefined || Date.now() - oldest.time > WINDOW_MS || !page.value.more) break;
      before = oldest.offset;
    }
    for (const [symbol, ticks] of past) {
      this.#of(symbol)?.precede(ticks);
      this.#changedSymbols.add(symbol);
    }
    this.#changed();
  }

  /** undefined: there are more symbols than anybody looks at. */
  #of(symbol: string): Series | undefined {
    const known = this.#series.get(symbol);
    if (known !== undefined || this.#series.size >= MAX_SYMBOLS) return known;
    const series = new Series(symbol);
    this.#series.set(symbol, series);
    return series;
  }

  #changed(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#show();
    });
  }
}
