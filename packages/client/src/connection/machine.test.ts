/** The connection's machine, walked cell by cell and at random. */
import { describe, expect, test } from "vitest";

import { welcome } from "../testing/messages.ts";
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, backoffMs } from "./backoff.ts";
import { step, table } from "./machine.ts";
import type { Circumstances, Effect, Event, EventName, State, StateName, Trail } from "./states.ts";
import { statusOf } from "./status.ts";
import { DRAIN_CAP_MS } from "./transitions.ts";

const at: Circumstances = { nowMs: 1_000_000, chance: 0.5, renewable: false };
const reason = { cause: "closed", code: 1006, message: "the connection was lost" } as const;
const trail: Trail = {
  ...{ resume: "r", failures: 0, awaySince: 0, reason: undefined, renewed: false },
  ...{ transport: "sse", unanswered: 0, proven: false, scouts: 0 },
};
const live = { trail, heartbeatMs: 25_000, stable: true };

const states: { readonly [S in StateName]: Extract<State, { name: S }> } = {
  idle: { name: "idle", resume: "r", reason },
  authorising: { name: "authorising", trail },
  opening: { name: "opening", trail, token: "t" },
  greeting: { name: "greeting", trail },
  ready: { name: "ready", ...live },
  probing: { name: "probing", woken: false, ...live },
  draining: { name: "draining", retryAt: at.nowMs + 3000, delayMs: 3000, ...live },
  waiting: { name: "waiting", trail: { ...trail, failures: 1, reason }, retryAt: at.nowMs + 500 },
  stopped: { name: "stopped", resume: "r", reason },
};

const events: { readonly [E in EventName]: Extract<Event, { type: E }> } = {
  connect: { type: "connect" },
  disconnect: { type: "disconnect" },
  retryNow: { type: "retryNow" },
  wake: { type: "wake" },
  token: { type: "token", token: "t" },
  tokenFailed: { type: "tokenFailed", message: "no" },
  opened: { type: "opened" },
  welcome: { type: "welcome", welcome: welcome() },
  inbound: { type: "inbound" },
  drain: { type: "drain", reconnectAfterMs: 3000 },
  closed: { type: "closed", code: 1006, reason: "" },
  silent: { type: "silent" },
  deadline: { type: "deadline" },
  backoff: { type: "backoff" },
  stable: { type: "stable" },
  scout: { type: "scout" },
  cleared: { type: "cleared" },
};

const stateNames = Object.keys(states) as StateName[];
const eventNames = Object.keys(events) as EventName[];

/** Every cell that leads elsewhere. All others stay where they are, and ask for nothing. */
const edges: Readonly<Record<StateName, Readonly<Partial<Record<EventName, StateName>>>>> = {
  idle: { connect: "authorising" },
  authorising: { disconnect: "idle", token: "opening", tokenFailed: "waiting", deadline: "waiting" },
  opening: { disconnect: "idle", opened: "greeting", closed: "waiting", deadline: "waiting" },
  greeting: { disconnect: "idle", welcome: "ready", closed: "waiting", deadline: "waiting" },
  ready: {
    disconnect: "idle",
    wake: "probing",
    silent: "probing",
    drain: "draining",
    closed: "waiting",
    scout: "ready",
    cleared: "authorising",
  },
  probing: {
    disconnect: "idle",
    wake: "probing",
    inbound: "ready",
    drain: "draining",
    closed: "waiting",
    deadline: "waiting",
    scout: "probing",
    cleared: "authorising",
  },
  draining: { disconnect: "idle", closed: "waiting", silent: "waiting" },
  waiting: { disconnect: "idle", retryNow: "authorising", wake: "authorising", backoff: "authorising" },
  stopped: { connect: "authorising", disconnect: "idle" },
};

const types = (effects: readonly Effect[]): string[] => effects.map(({ type }) => type);

describe("C-TABLE every state answers every event", () => {
  test("the table is whole", () => {
    expect(Object.keys(table)).toEqual(stateNames);
    for (const name of stateNames) expect(Object.keys(table[name]).sort()).toEqual([...eventNames].sort());
  });

  for (const name of stateNames) {
    test.each(eventNames)(`${name} × %s`, (type) => {
      const [next, effects] = step(states[name], events[type], at);
      const edge = edges[name][type];
      expect(next.name).toBe(edge ?? name);
      if (edge === undefined) expect(effects).toEqual([]);
      if (edge === undefined && type !== "stable") expect(next).toBe(states[name]);
      expect(["connecting", "connected", "reconnecting", "disconnected"]).toContain(statusOf(next).state);
    });
  }
});

describe("close codes", () => {
  const withSocket = ["opening", "greeting", "ready", "probing", "draining"] as const;
  const close = (
    name: (typeof withSocket)[number],
    code: number,
    given = at,
  ): readonly [State, readonly Effect[]] => step(states[name], { type: "closed", code, reason: "" }, given);

  test.each(withSocket)("A14 1000–4499 reconnect from %s", (name) => {
    for (const code of [1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 4400, 4408, 4413, 4429, 4499]) {
      expect(close(name, code)[0].name).toBe("waiting");
    }
  });

  test.each(withSocket)("C-FINAL 4500–4999 end it, from %s", (name) => {
    for (const code of [4500, 4501, 4503, 4505, 4506, 4509, 4999]) {
      const [next, effects] = close(name, code);
      expect(statusOf(next)).toMatchObject({ state: "disconnected", final: true, reason: { code } });
      expect(types(effects)).toEqual(expect.arrayContaining(["stopTimers", "unwatchWake"]));
    }
  });

  test("C-FINAL a kicked or superseded session is not resumed, any other may be", () => {
    for (const [code, resume] of [
      [4506, undefined],
      [4509, undefined],
      [4503, "r"],
    ] as const) {
      expect(close("ready", code)[0]).toMatchObject({ name: "stopped", resume });
    }
  });

  test.each(withSocket)("C-TOKEN 4401 from %s ends it when no function can give another token", (name) => {
    expect(close(name, 4401)[0].name).toBe("stopped");
  });

  test("C-TOKEN 4401 asks the function once more, and ends when the new token is no better", () => {
    const renewable = { ...at, renewable: true };
    let [state] = close("ready", 4401, renewable);
    expect(state.name).toBe("waiting");
    for (const type of ["backoff", "token", "opened"] as const)
      [state] = step(state, events[type], renewable);
    expect(state.name).toBe("greeting");
    expect(step(state, { type: "closed", code: 4401, reason: "" }, renewable)[0].name).toBe("stopped");
    // A welcome proves the token: the next expiry is a new one.
    [state] = step(state, events.welcome, renewable);
    expect(step(state, { type: "closed", code: 4401, reason: "" }, renewable)[0].name).toBe("waiting");
  });

  test("A11 code and reason reach the status; without a reason, what the code means", () => {
    const said = step(states.ready, { type: "closed", code: 4413, reason: "too slow" }, at)[0];
    expect(statusOf(said)).toMatchObject({ reason: { cause: "closed", code: 4413, message: "too slow" } });
    expect(statusOf(close("ready", 4413)[0])).toMatchObject({
      reason: { message: expect.stringContaining("slow reader") },
    });
    expect(statusOf(close("ready", 1006)[0])).toMatchObject({
      reason: { message: "the connection was lost" },
    });
    expect(statusOf(close("ready", 4999)[0])).toMatchObject({ reason: { message: "closed with 4999" } });
  });
});

describe("C-JITTER the wait before an attempt", () => {
  const delayOf = ([, effects]: readonly [State, readonly Effect[]]): number | undefined =>
    effects.flatMap((effect) =>
      effect.type === "startTimer" && effect.timer === "backoff" ? [effect.delayMs] : [],
    )[0];

  test("lies anywhere between nothing and a bound that doubles up to the cap", () => {
    for (let failures = 0; failures < 50; failures += 1) {
      const bound = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** failures);
      expect(backoffMs(failures, BACKOFF_CAP_MS, 0)).toBe(0);
      expect(backoffMs(failures, BACKOFF_CAP_MS, 0.5)).toBe(Math.floor(bound / 2));
      expect(backoffMs(failures, BACKOFF_CAP_MS, 1 - Number.EPSILON)).toBeLessThanOrEqual(bound);
    }
  });

  test("is no longer than the connection has been away, and half a second", () => {
    expect(backoffMs(9, 0, 0.5)).toBe(BACKOFF_BASE_MS / 2);
    expect(backoffMs(9, 3_000, 0.5)).toBe((BACKOFF_BASE_MS + 3_000) / 2);
    const first = step(
      { ...states.opening, trail: { ...trail, failures: 5, awaySince: undefined } },
      events.closed,
      at,
    );
    expect(delayOf(first)).toBe(backoffMs(6, 0, at.chance));
    const [waiting] = first;
    if (waiting.name !== "waiting") throw new Error(`it is ${waiting.name}`);
    const later = { ...at, nowMs: at.nowMs + 2_000 };
    expect(delayOf(step({ ...states.opening, trail: waiting.trail }, events.closed, later))).toBe(
      backoffMs(7, 2_000, at.chance),
    );
    // A wall clock that was set back.
    const earlier = { ...at, nowMs: at.nowMs - 9_000 };
    expect(delayOf(step({ ...states.opening, trail: waiting.trail }, events.closed, earlier))).toBe(
      backoffMs(7, 0, at.chance),
    );
  });

  test("grows with each failed attempt and with each connection that did not last", () => {
    const failing = { ...states.opening, trail: { ...trail, failures: 3 } };
    expect(delayOf(step(failing, events.closed, at))).toBe(backoffMs(4, at.nowMs, at.chance));
    const brief = { ...states.ready, stable: false, trail: { ...trail, failures: 3 } };
    expect(delayOf(step(brief, events.closed, at))).toBe(backoffMs(4, at.nowMs, at.chance));
  });

  test("begins anew after a connection that lasted", () => {
    const lasted = { ...states.ready, stable: false, trail: { ...trail, failures: 7 } };
    const [stable] = step(lasted, events.stable, at);
    const lost = step(stable, events.closed, at);
    expect(delayOf(lost)).toBe(backoffMs(0, 0, at.chance));
    expect(statusOf(lost[0])).toMatchObject({ state: "reconnecting", attempt: 1 });
  });

  test("C-DRAIN is what a drain asks for, less the time since", () => {
    const [draining] = step(states.ready, events.drain, at);
    expect(delayOf(step(draining, events.closed, { ...at, nowMs: at.nowMs + 1000 }))).toBe(2000);
    expect(delayOf(step(draining, events.closed, { ...at, nowMs: at.nowMs + 9000 }))).toBe(0);
    // Somebody has set the clock back an hour meanwhile.
    expect(delayOf(step(draining, events.closed, { ...at, nowMs: at.nowMs - 3_600_000 }))).toBe(3000);
  });

  test("C-DRAIN a drain cannot send a client away for ever", () => {
    const [draining] = step(states.ready, { type: "drain", reconnectAfterMs: 1e12 }, at);
    expect(delayOf(step(draining, events.closed, at))).toBe(DRAIN_CAP_MS);
    const [now] = step(states.ready, { type: "drain", reconnectAfterMs: -5 }, at);
    expect(delayOf(step(now, events.closed, at))).toBe(0);
  });
});

describe("C-WALK whatever happens in whatever order", () => {
  /** A small generator (mulberry32), so that a seed replays its walk. */
  const randomOf = (seed: number) => (): number => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  test.each(Array.from({ length: 40 }, (_, index) => index + 1))(
    "seed %i: sockets, sessions, timers and watches pair up",
    (seed) => {
      const random = randomOf(seed);
      let state: State = states.idle;
      const open = { sockets: 0, sessions: 0, greetings: 0, watches: 0, attempts: 0, scout: false };
      const timers = new Set<string>();
      for (let count = 0; count < 500; count += 1) {
        const type = eventNames[Math.floor(random() * eventNames.length)]!;
        const socketEvents: readonly EventName[] = ["opened", "welcome", "inbound", "drain", "closed"];
        if (type === "cleared" && !open.scout) continue;
        // The ports never speak of a socket that is not there, nor of a timer that does not run.
        if (socketEvents.includes(type) && open.sockets === 0) continue;
        if (["silent", "deadline", "backoff", "stable", "scout"].includes(type) && !timers.has(type))
          continue;
        if (type === "welcome" && state.name !== "greeting") continue;
        timers.delete(type);
        if (type === "cleared") open.scout = false;
        const code = [1000, 1006, 1012, 4401, 4413, 4501, 4509][Math.floor(random() * 7)]!;
        const event: Event = type === "closed" ? { type, code, reason: "" } : events[type];
        if (type === "closed") open.sockets -= 1;
        const [next, effects] = step(state, event, {
          nowMs: count,
          chance: random(),
          renewable: random() < 0.5,
        });
        for (const effect of effects) {
          if (effect.type === "openSocket") open.sockets += 1;
          if (effect.type === "closeSocket") open.sockets -= 1;
          if (effect.type === "sendScout") open.scout = true;
          if (effect.type === "endSession") open.scout = false;
          if (effect.type === "sendHello") open.greetings += 1;
          if (effect.type === "endSession") open.greetings -= 1;
          if (effect.type === "fetchToken") open.attempts += 1;
          if (effect.type === "attempt") open.attempts -= 1;
          if (effect.type === "watchWake") open.watches += 1;
          if (effect.type === "unwatchWake") open.watches -= 1;
          if (effect.type === "startTimer") timers.add(effect.timer);
          if (effect.type === "stopTimer") timers.delete(effect.timer);
          if (effect.type === "stopTimers") timers.clear();
        }
        state = next;
        const attempting = ["authorising", "opening", "greeting"].includes(state.name);
        const connected = statusOf(state).state === "connected";
        const wanted = state.name !== "idle" && state.name !== "stopped";
        expect(open.sockets).toBe(["opening", "greeting"].includes(state.name) || connected ? 1 : 0);
        expect(open.greetings).toBe(state.name === "greeting" || connected ? 1 : 0);
        expect(open.attempts, "A15 each attempt is told of once").toBe(attempting ? 1 : 0);
        expect(open.watches).toBe(wanted ? 1 : 0);
        // Never without a timer while something is awaited, never with one when nothing is.
        expect(timers.has("deadline")).toBe(attempting || state.name === "probing");
        expect(timers.has("backoff")).toBe(state.name === "waiting");
        expect(timers.has("silent")).toBe(state.name === "ready" || state.name === "draining");
        const streaming = connected && "trail" in state && state.trail.transport === "sse";
        if (streaming && state.name !== "draining") expect(timers.has("scout")).toBe(true);
        if (!streaming) expect([timers.has("scout"), open.scout]).toEqual([false, false]);
        if (!wanted) expect(timers.size).toBe(0);
      }
    },
  );
});
