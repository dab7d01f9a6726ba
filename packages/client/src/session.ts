/**
 * Owns the client: its rooms, who it is, and which message is for whom. The driver keeps the connection, each room its own
 * affairs. Must not know timers, positions or acks.
 */
import {
  type Contract,
  type Down,
  type ErrorMessage,
  type Hello,
  ok,
  PROTOCOL_VERSION,
  type Result,
  type Welcome,
} from "@roomcast/protocol";

import type { Client, ClientOptions } from "./client.ts";
import { Driver } from "./connection/driver.ts";
import { endpointsOf } from "./connection/endpoint.ts";
import { helloFrame } from "./connection/hello.ts";
import type { Attempt, Status } from "./connection/status.ts";
import { type Failure, failureOf } from "./failure.ts";
import { Listeners } from "./listeners.ts";
import { Memory } from "./memory.ts";
import { openContract } from "./open-contract.ts";
import type { Ports } from "./platform/ports.ts";
import { realPorts } from "./platform/real-ports.ts";
import { print } from "./publishing/prepare.ts";
import { Requests } from "./requests.ts";
import { RoomHandle } from "./rooms/room-handle.ts";
import type { RoomHost } from "./rooms/room-host.ts";
import { RoomSession } from "./rooms/room-session.ts";
import type { Room, RoomOptions, Unsubscribe } from "./rooms/room.ts";

interface Entry<C extends Contract> {
  readonly session: RoomSession;
  readonly handle: RoomHandle<C>;
}

export class Session<C extends Contract> implements Client<C> {
  readonly #name: string | undefined;
  readonly #driver: Driver;
  readonly #requests: Requests;
  readonly #host: RoomHost;
  readonly #report: (error: unknown) => void;
  readonly #rooms = new Map<string, Entry<C>>();
  /** Over, but answers to them may still come. */
  readonly #retired = new Set<RoomSession>();
  readonly #statuses: Listeners<Status>;
  readonly #attempts: Listeners<Attempt>;
  readonly #memory: Memory;
  #welcome: Welcome | undefined;
  #online = false;

  /** @throws on a URL or a name or token that no server would take: a bug in the application, found at start. */
  constructor(url: string, options: ClientOptions<C>) {
    const ports: Ports = { ...realPorts, ...options.ports };
    const { token, name, storage, onError: report = ports.report } = options;
    this.#report = report;
    this.#name = name;
    this.#statuses = new Listeners(report);
    this.#attempts = new Listeners(report);
    this.#requests = new Requests(ports.clock, ports.random);
    const checked = print({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      ...who(typeof token === "string" ? token : undefined, name),
    });
    if (!checked.ok) throw new TypeError(checked.error.message);
    this.#driver = new Driver(endpointsOf(url, ports.origin), token, ports, {
      recalled: () => this.#memory.loading,
      hello: (given, resume) => this.#hello(given, resume ?? this.#memory.resume),
      sessionBegan: (welcome) => this.#began(welcome),
      sessionEnded: () => this.#ended(),
      sessionForgotten: () => this.#memory.keep(undefined),
      publishesHeld: () => this.#each(({ outbox }) => outbox.hold()),
      renewed: (token) => void this.#renewed(token),
      received: (message) => this.#received(message),
      statusChanged: (status) => {
        this.#each((session) => session.follow(status));
        this.#statuses.tell(status);
      },
      attempted: (attempt) => this.#attempts.tell(attempt),
      problem: report,
    });
    this.#host = {
      contract: options.contract ?? openContract,
      ...{ clock: ports.clock, random: ports.random, requests: this.#requests, report },
      storage: () => this.#memory.storage,
      user: () => (this.#online ? this.user : undefined),
      send: (message) => this.#driver.send(message),
      sendText: (frame) => this.#driver.sendText(frame),
      retire: (room) => this.#retire(room),
      forget: (room) => void this.#retired.delete(room),
    };
    this.#memory = new Memory(storage, report, () => this.#each((session) => this.#memory.restore(session)));
  }

  get status(): Status {
    return this.#driver.status;
  }

  get clientId(): string | undefined {
    return this.#welcome?.clientId;
  }

  get user(): string | undefined {
    return this.#welcome?.user;
  }

  get server(): Welcome["server"] | undefined {
    return this.#welcome?.server;
  }

  get rttMs(): number | undefined {
    return this.#driver.rttMs;
  }

  get rooms(): readonly Room<C>[] {
    return [...this.#rooms.values()].map(({ handle }) => handle);
  }

  onStatus(listener: (status: Status) => void): Unsubscribe {
    return this.#statuses.add(listener);
  }

  onAttempt(listener: (attempt: Attempt) => void): Unsubscribe {
    return this.#attempts.add(listener);
  }

  room(name: string, options: RoomOptions = {}): Room<C> {
    const known = this.#rooms.get(name);
    if (known !== undefined) return known.handle;
    const session = new RoomSession(this.#host, name, options);
    const handle = new RoomHandle<C>(session);
    // A name or a state that no server would take is refused at once.
    if (session.over) return handle;
    this.#rooms.set(name, { session, handle });
    session.follow(this.status);
    this.#memory.restore(session);
    if (this.#online) session.enter();
    return handle;
  }

  connect(): void {
    this.#driver.dispatch({ type: "connect" });
  }

  disconnect(): void {
    this.#driver.dispatch({ type: "disconnect" });
  }

  retryNow(): void {
    this.#driver.dispatch({ type: "retryNow" });
  }

  async refresh(token: string): Promise<Result<undefined, Failure>> {
    const checked = print({ type: "refresh", token });
    if (!checked.ok) return checked;
    this.#driver.renewToken(token);
    // The hello that comes tells it.
    if (!this.#online) return ok(undefined);
    const answer = await this.#requests.ask((id) => this.#driver.send({ type: "refresh", id, token }));
    return answer.ok ? ok(undefined) : answer;
  }

  /** If it is refused, the token function is asked once more when the present token has expired. */
  async #renewed(token: string): Promise<void> {
    const told = await this.refresh(token);
    if (!told.ok && this.#online) this.#report(new Error(`${told.error.code}: ${told.error.message}`));
  }

  #hello(token: string | undefined, resume: string | undefined): string {
    const sessions = this.#sessions();
    const { frame, asked } = helloFrame(
      { ...who(token, this.#name), ...(resume !== undefined && { resume }) },
      sessions.map((session) => session.target()),
    );
    for (const session of sessions.slice(0, asked)) session.entering();
    for (const session of sessions.slice(asked)) session.suspend();
    return frame;
  }

  #began(welcome: Welcome): void {
    this.#welcome = welcome;
    this.#online = true;
    this.#memory.keep(welcome.resume);
    this.#each((session) => session.enter());
  }

  #ended(): void {
    this.#online = false;
    this.#requests.end();
    this.#each((session) => session.suspend());
    for (const session of [...this.#retired]) session.suspend();
  }

  #received(message: Down): void {
    const answered = this.#requests.answered(message);
    const room = "room" in message ? this.#rooms.get(message.room)?.session : undefined;
    switch (message.type) {
      case "joined":
        // Left before it was joined.
        if (room === undefined)
          this.#driver.send({ type: "leave", id: this.#requests.expect(() => {}), room: message.room });
        else room.joined(message);
        return;
      case "event":
        room?.event(message);
        return;
      case "presence":
        room?.presence(message);
        return;
      case "gap":
        room?.gap(message);
        return;
      case "left":
        if (!answered) room?.left(message);
        return;
      case "ack":
        if (!answered) this.#candidates(message.room).some((session) => session.ack(message));
        return;
      case "error":
        if (!answered) this.#refused(message, room);
        return;
      case "history":
      case "welcome":
      case "expiring":
      case "drain":
      case "pong":
        return;
    }
  }

  /** Of a publish, of a room that a hello asked for, or of nothing in particular. */
  #refused(message: ErrorMessage, room: RoomSession | undefined): void {
    if (this.#candidates(message.room).some((session) => session.publishRefused(message))) return;
    if (message.id !== undefined) return;
    if (room !== undefined) room.joinRefused(failureOf(message));
    // A ping that was refused for now, or a room that was left before its join was refused, concerns nobody.
    else if (message.room === undefined && message.retry !== "same_id" && this.#online)
      this.#report(new Error(`${message.code}: ${message.message}`));
  }

  /** Whose publish an answer may be of: an id is unique per room only. */
  #candidates(name: string | undefined): RoomSession[] {
    return [...this.#sessions(), ...this.#retired].filter(
      (session) => name === undefined || session.name === name,
    );
  }

  #sessions(): RoomSession[] {
    return [...this.#rooms.values()].map(({ session }) => session);
  }

  #each(act: (session: RoomSession) => void): void {
    for (const session of this.#sessions()) act(session);
  }

  #retire(room: RoomSession): void {
    if (this.#rooms.get(room.name)?.session !== room) return;
    this.#rooms.delete(room.name);
    this.#retired.add(room);
  }
}

const who = (token: string | undefined, name: string | undefined): Pick<Hello, "token" | "name"> => ({
  ...(token !== undefined && { token }),
  ...(name !== undefined && { name }),
});
