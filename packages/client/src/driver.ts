/**
 * Owns the running connection: feeds the machine with what happens and does what it asks for, through the ports. Must not
 * know rooms or what the messages between welcome and close mean.
 */
import { CLOSE_CODES, decodeDown, type Down, encodeUp, type Up, type Welcome } from "@roomcast/protocol";

import { initial, step } from "./machine.ts";
import type { Ports, Socket, Timer } from "./ports.ts";
import { print } from "./prepare.ts";
import type { Effect, Event, State, TimerName } from "./states.ts";
import { type Attempt, sameStatus, type Status, statusOf, type Transport } from "./status.ts";

export type TokenSource = string | (() => string | Promise<string>) | undefined;

/** What the driver tells. None of it may throw. */
export interface DriverOwner {
  /** What has to be known before a hello can be said; undefined when it is. Never rejects. */
  recalled(): Promise<void> | undefined;
  hello(token: string | undefined, resume: string | undefined): string;
  sessionBegan(welcome: Welcome): void;
  sessionEnded(): void;
  sessionForgotten(): void;
  publishesHeld(): void;
  /** A token that was asked for because the present one expires soon. */
  renewed(token: string): void;
  received(message: Down): void;
  statusChanged(status: Status): void;
  attempted(attempt: Attempt): void;
  problem(error: unknown): void;
}

export class Driver {
  readonly #endpoints: Readonly<Record<Transport, string>>;
  readonly #ports: Ports;
  readonly #owner: DriverOwner;
  #token: TokenSource;
  #state: State = initial;
  #status: Status = statusOf(initial);
  #socket: Socket | undefined;
  /** A WebSocket beside a stream, that is to show whether one gets through. */
  #scout: Socket | undefined;
  #timers = new Map<TimerName, Timer>();
  #unwatch: (() => void) | undefined;
  /** Of the last token that was asked for: an older one that comes late is not wanted any more. */
  #fetches = 0;
  /** The token that the last attempt was made with. */
  #shown: string | undefined;
  #lastInboundAt = 0;
  #pingedAt: number | undefined;
  /** What the server said against the hello: more than the reason of the close that follows. */
  #refusal: string | undefined;
  #rttMs: number | undefined;
  readonly #events: Event[] = [];
  #running = false;

  constructor(
    endpoints: Readonly<Record<Transport, string>>,
    token: TokenSource,
    ports: Ports,
    owner: DriverOwner,
  ) {
    this.#endpoints = endpoints;
    this.#token = token;
    this.#ports = ports;
    this.#owner = owner;
  }

  get status(): Status {
    return this.#status;
  }

  get rttMs(): number | undefined {
    return this.#rttMs;
  }

  /** Takes the place of a token that was given as text; a function goes on being asked. */
  renewToken(token: string): void {
    if (typeof this.#token !== "function") this.#token = token;
  }

  send(message: Up): void {
    this.sendText(encodeUp(message));
  }

  sendText(frame: string): void {
    this.#socket?.send(frame);
  }

  /** What a listener does while an event is handled waits until that one is done. */
  dispatch(event: Event): void {
    this.#events.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift())
        this.#handle(next);
    } finally {
      this.#running = false;
    }
  }

  #handle(event: Event): void {
    const { clock, random } = this.#ports;
    const [state, effects] = step(this.#state, event, {
      nowMs: clock.now(),
      chance: random.fraction(),
      renewable: typeof this.#token === "function",
    });
    if (state === this.#state) return;
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    const status = statusOf(state);
    if (sameStatus(status, this.#status)) return;
    this.#status = status;
    this.#owner.statusChanged(status);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "fetchToken": {
        this.#fetchToken();
        return;
      }
      case "openSocket": {
        this.#open(effect.transport, effect.token);
        return;
      }
      case "sendHello": {
        this.sendText(this.#owner.hello(effect.token, effect.resume));
        return;
      }
      case "sendPing":
        this.#pingedAt = this.#ports.clock.monotonicMs();
        {
          this.send({ type: "ping" });
          return;
        }
      case "sendScout": {
        this.#sendScout();
        return;
      }
      case "closeSocket":
        this.#socket?.close(effect.code, effect.reason);
        this.#socket = undefined;
        return;
      case "startTimer": {
        this.#startTimer(effect.timer, effect.delayMs);
        return;
      }
      case "stopTimer":
        return this.#timers.get(effect.timer)?.cancel();
      case "stopTimers":
        for (const timer of this.#timers.values()) timer.cancel();
        {
          this.#timers.clear();
          return;
        }
      case "beginSession": {
        this.#owner.sessionBegan(effect.welcome);
        return;
      }
      case "endSession":
        this.#pingedAt = undefined;
        this.#recallScout();
        {
          this.#owner.sessionEnded();
          return;
        }
      case "holdPublishes": {
        this.#owner.publishesHeld();
        return;
      }
      case "forgetSession": {
        this.#owner.sessionForgotten();
        return;
      }
      case "attempt": {
        const { type: _, ...attempt } = effect;
        this.#owner.attempted(attempt);
        return;
      }
      case "watchWake":
        this.#unwatch = this.#ports.onWake(() => this.dispatch({ type: "wake" }));
        return;
      case "unwatchWake":
        this.#unwatch?.();
        this.#unwatch = undefined;
        return;
    }
  }

  #fetchToken(): void {
    const fetch = ++this.#fetches;
    const recalled = this.#owner.recalled();
    if (recalled === undefined && typeof this.#token !== "function") {
      this.dispatch({ type: "token", token: this.#token });
      return;
    }
    const ask = async (): Promise<string | undefined> => {
      await recalled;
      return typeof this.#token === "function" ? this.#token() : this.#token;
    };
    void ask().then(
      (token) => {
        if (fetch !== this.#fetches) return;
        if (token === undefined) {
          this.dispatch({ type: "token", token });
          return;
        }
        // A hello that no server can read would be answered by silence.
        const checked = print({ type: "refresh", token });
        if (checked.ok) this.dispatch({ type: "token", token });
        else this.dispatch({ type: "tokenFailed", message: checked.error.message });
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : "the token function failed";
        if (fetch === this.#fetches) this.dispatch({ type: "tokenFailed", message });
      },
    );
  }

  /** Without a function to ask, the connection ends when the token expires. */
  async #renew(): Promise<void> {
    const socket = this.#socket;
    if (typeof this.#token !== "function") return;
    try {
      const token = await this.#token();
      if (socket === undefined || socket !== this.#socket) return;
      this.#shown = token;
      this.#owner.renewed(token);
    } catch (error) {
      this.#owner.problem(error);
    }
  }

  #open(transport: Transport, token: string | undefined): void {
    const { openSocket, openStream } = this.#ports;
    this.#shown = token;
    const open = { ws: openSocket, sse: openStream }[transport];
    const socket = open(
      { url: this.#endpoints[transport], token },
      {
        opened: () => this.dispatch({ type: "opened" }),
        received: (text) => this.#received(text),
        closed: (code, reason) => {
          this.#socket = undefined;
          this.dispatch({ type: "closed", code, reason: this.#refusal ?? reason });
        },
      },
    );
    this.#refusal = undefined;
    this.#socket = socket;
  }

  /** It says no hello, and is answered all the same where anything gets through, both ways. */
  #sendScout(): void {
    this.#recallScout();
    const scout = this.#ports.openSocket(
      { url: this.#endpoints.ws, token: this.#shown },
      {
        opened: () => scout.send(encodeUp({ type: "ping" })),
        received: () => {
          this.#recallScout();
          this.dispatch({ type: "cleared" });
        },
        closed: () => (this.#scout = undefined),
      },
    );
    this.#scout = scout;
  }

  #recallScout(): void {
    this.#scout?.close(CLOSE_CODES.normal.code, "");
    this.#scout = undefined;
  }

  #received(text: string): void {
    this.#lastInboundAt = this.#ports.clock.monotonicMs();
    this.dispatch({ type: "inbound" });
    const decoded = decodeDown(text);
    if (!decoded.ok) {
      // A newer server may say more than this client knows.
      if (decoded.error.code !== "unknown_type") this.#owner.problem(new Error(decoded.error.message));
      return;
    }
    const message = decoded.value;
    switch (message.type) {
      case "welcome": {
        this.dispatch({ type: "welcome", welcome: message });
        return;
      }
      case "drain": {
        this.dispatch({ type: "drain", reconnectAfterMs: message.reconnectAfterMs });
        return;
      }
      case "expiring": {
        void this.#renew();
        return;
      }
      case "pong":
        if (this.#pingedAt !== undefined) this.#rttMs = this.#ports.clock.monotonicMs() - this.#pingedAt;
        this.#pingedAt = undefined;
        return;
      case "error":
        if (this.#state.name === "greeting") this.#refusal = message.message;
        this.#owner.received(message);
        return;
      case "joined":
      case "event":
      case "ack":
      case "presence":
      case "gap":
      case "history":
      case "left": {
        this.#owner.received(message);
        return;
      }
    }
  }

  #startTimer(name: TimerName, delayMs: number): void {
    this.#timers.get(name)?.cancel();
    const startedAt = this.#ports.clock.monotonicMs();
    const run = () => {
      // Cheaper than a timer begun anew at each message: look, when it ends, how long it has really been silent.
      const { clock } = this.#ports;
      const left = Math.max(startedAt, this.#lastInboundAt) + delayMs - clock.monotonicMs();
      if (name === "silent" && left > 0) this.#timers.set(name, clock.after(left, run));
      else this.dispatch({ type: name });
    };
    this.#timers.set(name, this.#ports.clock.after(delayMs, run));
  }
}
