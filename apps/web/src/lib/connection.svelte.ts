/** Owns the state of the connection as the screen shows it, and the buttons that act on it. */
import type { Client, Status, Transport } from "@roomcast/client";
import { CLOSE_CODES, type Events } from "@roomcast/protocol";
import { createStatus, type LiveStatus } from "@roomcast/svelte";

import { type ConnectionView, connectionView, patienceMs } from "./connection-view.ts";
import { keepToken, tokenOfTab } from "./entrance.ts";

/** Who one is was not accepted, or is not any more. */
const STRANGER_CODES: readonly (number | undefined)[] = [
  CLOSE_CODES.unauthorised.code,
  CLOSE_CODES.tokenExpired.code,
];

/** A connection that is back sooner than this was never missed. */
const BANNER_AFTER_MS = 1_000;

export class Connection {
  readonly #client: Client<Events>;
  readonly #live: LiveStatus;
  #shown = $state.raw<Status>({ state: "connecting" });
  #isLongLost = $state(false);
  #wantsToken = $state(false);
  #hasToken = tokenOfTab().token !== undefined;
  #cameWithout = $state(false);
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client<Events>) {
    this.#client = client;
    this.#live = createStatus(client);
    this.#shown = client.status;
    client.onStatus((status) => this.#changed(status));
  }

  get status(): Status {
    return this.#shown;
  }

  get view(): ConnectionView {
    return connectionView(this.#shown);
  }

  get isOpen(): boolean {
    return this.#shown.state === "connected";
  }

  /** What carries it; undefined while nothing does. */
  get transport(): Transport | undefined {
    return this.#shown.state === "connected" ? this.#shown.transport : undefined;
  }

  /** Of the last ping; undefined while there is no socket. */
  get rttMs(): number | undefined {
    return this.#live.rttMs;
  }

  /** How often it was opened anew. */
  get reconnects(): number {
    return this.#live.reconnects;
  }

  /** There is something to say about it: it ended, or has been down for a moment. */
  get needsBanner(): boolean {
    return this.#shown.state === "disconnected" || this.#isLongLost;
  }

  /** The server wants a token, or another one; until one has been accepted. */
  get wantsToken(): boolean {
    return this.#wantsToken;
  }

  /** It wants one, and was shown none: nobody has been refused. */
  get cameWithout(): boolean {
    return this.wantsToken && this.#cameWithout;
  }

  /** @returns whether it can be one at all; the server's word on it is the next status. */
  async enter(token: string): Promise<boolean> {
    const { ok } = await this.#client.refresh(token);
    if (!ok) return false;
    this.#hasToken = true;
    keepToken(token);
    this.#client.connect();
    return true;
  }

  act(): void {
    if (this.view.action === "disconnect") this.#client.disconnect();
    else if (this.#client.status.state === "reconnecting") this.#client.retryNow();
    else this.#client.connect();
  }

  retryNow(): void {
    this.#client.retryNow();
  }

  giveUp(): void {
    this.#client.disconnect();
  }

  #changed(status: Status): void {
    if (isStranger(status)) {
      this.#cameWithout = !this.#hasToken;
      this.#hasToken = false;
      keepToken(undefined);
    }
    clearTimeout(this.#showTimer);
    const patience = patienceMs(this.#shown, status);
    if (patience === 0) this.#show(status);
    else this.#showTimer = setTimeout(() => this.#show(status), patience);
  }

  #show(status: Status): void {
    this.#shown = status;
    // While one is being tried, what asks for it stays.
    if (status.state === "connected" || status.state === "disconnected")
      this.#wantsToken = isStranger(status);
    if (status.state !== "reconnecting") {
      clearTimeout(this.#lostTimer);
      this.#lostTimer = undefined;
      this.#isLongLost = false;
    } else {
      this.#lostTimer ??= setTimeout(() => {
        this.#isLongLost = true;
      }, BANNER_AFTER_MS);
    }
  }
}

const isStranger = (status: Status): boolean =>
  status.state === "disconnected" && status.final && STRANGER_CODES.includes(status.reason.code);
