/**
 * Owns the running connection: feeds the machine with what happens and does what it asks for, through the ports. Must not
 * know rooms or what the messages between welcome and close mean.
 */
import { decodeDown, type Down, encodeUp, type Up, type Welcome } from "@roomcast/protocol";

import type { Dial, Ports, Socket, Timer } from "../platform/ports.ts";
import { initial, step } from "./machine.ts";
import { Scout } from "./scout.ts";
import type { Effect, Event, State, TimerName } from "./states.ts";
import { type Attempt, sameStatus, type Status, statusOf, type Transport } from "./status.ts";
import { Tokens, type TokenSource } from "./tokens.ts";

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
  readonly #tokens: Tokens;
  readonly #scout: Scout;
  #state: State = initial;
  #status: Status = statusOf(initial);
  #socket: Socket | undefined;
  #timers = new Map<TimerName, Timer>();
  #unwatch: (() => void) | undefined;
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
    this.#tokens = new Tokens(token);
    this.#scout = new Scout(ports.openSocket);
    this.#ports = ports;
    this.#owner = owner;
  }

  get status(): Status {
    return this.#status;
  }

  get rttMs(): number | undefined {
    return this.#rttMs;
  }

  /** Of one that was given as text. */
  renewToken(token: string): void {
    this.#tokens.replace(token);
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
      renewable: this.#tokens.renewable,
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
      case "fetchToken":
        this.#tokens.fetch(this.#owner.recalled(), (answer) => this.dispatch(answer));
        break;
      case "openSocket":
        this.#open(effect.transport, effect.token);
        break;
      case "sendHello":
        this.sendText(this.#owner.hello(effect.token, effect.resume));
        break;
      case "sendPing":
        this.#pingedAt = this.#ports.clock.monotonicMs();
        this.send({ type: "ping" });
        break;
      case "sendScout":
        this.#scout.send(this.#dial("ws"), () => this.dispatch({ type: "cleared" }));
        break;
      case "closeSocket":
        this.#socket?.close(effect.code, effect.reason);
        this.#socket = undefined;
        break;
      case "startTimer":
        this.#startTimer(effect.timer, effect.delayMs);
        break;
      case "stopTimer":
        this.#timers.get(effect.timer)?.cancel();
        break;
      case "stopTimers":
        for (const timer of this.#timers.values()) timer.cancel();
        this.#timers.clear();
        break;
      case "beginSession":
        this.#owner.sessionBegan(effect.welcome);
        break;
      case "endSession":
        this.#pingedAt = undefined;
        this.#scout.recall();
        this.#owner.sessionEnded();
        break;
      case "holdPublishes":
        this.#owner.publishesHeld();
        break;
      case "forgetSession":
        this.#owner.sessionForgotten();
        break;
      case "attempt": {
        const { type: _, ...attempt } = effect;
        this.#owner.attempted(attempt);
        break;
      }
      case "watchWake":
        this.#unwatch = this.#ports.onWake(() => this.dispatch({ type: "wake" }));
        break;
      case "unwatchWake":
        this.#unwatch?.();
        this.#unwatch = undefined;
        break;
    }
  }

  /** Without a function to ask, the connection ends when the token expires. */
  async #renew(): Promise<void> {
    const socket = this.#socket;
    try {
      const token = await this.#tokens.another();
      if (token === undefined || socket === undefined || socket !== this.#socket) return;
      this.#shown = token;
      this.#owner.renewed(token);
    } catch (error) {
      this.#owner.problem(error);
    }
  }

  #dial(transport: Transport): Dial {
    return { url: this.#endpoints[transport], token: this.#shown };
  }

  #open(transport: Transport, token: string | undefined): void {
    const { openSocket, openStream } = this.#ports;
    this.#shown = token;
    const open = { ws: openSocket, sse: openStream }[transport];
    this.#refusal = undefined;
    this.#socket = open(this.#dial(transport), {
      opened: () => this.dispatch({ type: "opened" }),
      received: (text) => this.#received(text),
      closed: (code, reason) => {
        this.#socket = undefined;
        this.dispatch({ type: "closed", code, reason: this.#refusal ?? reason });
      },
    });
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
      case "welcome":
        this.dispatch({ type: "welcome", welcome: message });
        break;
      case "drain":
        this.dispatch({ type: "drain", reconnectAfterMs: message.reconnectAfterMs });
        break;
      case "expiring":
        void this.#renew();
        break;
      case "pong":
        if (this.#pingedAt !== undefined) this.#rttMs = this.#ports.clock.monotonicMs() - this.#pingedAt;
        this.#pingedAt = undefined;
        break;
      default:
        if (message.type === "error" && this.#state.name === "greeting") this.#refusal = message.message;
        this.#owner.received(message);
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
