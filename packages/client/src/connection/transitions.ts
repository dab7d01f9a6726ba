/** Owns the edges of the connection's machine: pure functions from a state to the next. machine.ts says who takes which. */
import { CLOSE_CODES, isFinalClose, PONG_TIMEOUT_MS, type Welcome } from "@roomcast/protocol";

import { backoffMs } from "./backoff.ts";
import type {
  Authorising,
  Circumstances,
  Draining,
  Effect,
  Event,
  FailedTrail,
  Greeting,
  Opening,
  Probing,
  Ready,
  State,
  Step,
  Trail,
  Waiting,
} from "./states.ts";
import type { Reason } from "./status.ts";
import { scoutMs, transportAfter, wasUnanswered } from "./transport.ts";

/** An application's token function may talk to a login of its own. */
export const TOKEN_TIMEOUT_MS = 30_000;
/** For the socket to open, and again for welcome to come. */
export const OPEN_TIMEOUT_MS = 10_000;
/** A connection that lasted this long was no failure. */
export const STABLE_MS = 10_000;
/** After a wake the user is looking: a dead socket must be found out soon. */
export const WAKE_TIMEOUT_MS = 3_000;
/** Whatever the server says, silence is no shorter. */
export const MIN_HEARTBEAT_MS = 1_000;
/** A server may not send its clients away for longer. */
export const DRAIN_CAP_MS = 60_000;
/** What this client closes a socket with that it takes for dead: not 1000, which would leave the rooms at once. */
export const ABANDONED = 4000;

export const REQUESTED: Reason = { cause: "requested", message: "disconnected by the application" };

type Attempting = Authorising | Opening | Greeting;
type Connected = Ready | Probing | Draining;
type Closed = Extract<Event, { type: "closed" }>;

export const stay = (state: State): Step => [state, []];

/** The beginning of every attempt. */
export const attempt = (trail: Trail): Step => [
  { name: "authorising", trail },
  [
    { type: "stopTimers" },
    { type: "startTimer", timer: "deadline", delayMs: TOKEN_TIMEOUT_MS },
    { type: "fetchToken" },
  ],
];

const FRESH: Omit<Trail, "resume"> = {
  ...{ failures: 0, awaySince: undefined, reason: undefined, renewed: false },
  ...{ transport: "ws", unanswered: 0, proven: false, scouts: 0 },
};

/** The first attempt, by the application's wish. */
export function begin(resume: string | undefined): Step {
  const [state, effects] = attempt({ ...FRESH, resume });
  return [state, [{ type: "watchWake" }, ...effects]];
}

export const open = (state: Authorising, token: string | undefined): Step => [
  { name: "opening", trail: state.trail, token },
  [
    { type: "startTimer", timer: "deadline", delayMs: OPEN_TIMEOUT_MS },
    { type: "openSocket", transport: state.trail.transport, token },
  ],
];

export const greet = (state: Opening): Step => [
  { name: "greeting", trail: state.trail },
  [
    { type: "startTimer", timer: "deadline", delayMs: OPEN_TIMEOUT_MS },
    { type: "sendHello", token: state.token, resume: state.trail.resume },
  ],
];

export function welcomed({ trail }: Greeting, welcome: Welcome, { chance }: Circumstances): Step {
  const heartbeatMs = Math.max(welcome.heartbeatMs, MIN_HEARTBEAT_MS);
  const proven = trail.transport === "ws";
  const scouts = proven ? 0 : trail.scouts;
  return [
    {
      name: "ready",
      trail: { ...trail, resume: welcome.resume, renewed: false, unanswered: 0, proven, scouts },
      heartbeatMs,
      stable: false,
    },
    [
      { type: "stopTimers" },
      { type: "startTimer", timer: "stable", delayMs: STABLE_MS },
      { type: "startTimer", timer: "silent", delayMs: heartbeatMs },
      ...scouting(trail, chance),
      { type: "attempt", attempt: trail.failures + 1, outcome: "opened" },
      { type: "beginSession", welcome },
      // The first ping tells the round-trip time.
      { type: "sendPing" },
    ],
  ];
}

export const probe = ({ trail, heartbeatMs, stable }: Ready | Probing, woken: boolean): Step => [
  { name: "probing", trail, heartbeatMs, stable, woken },
  [
    { type: "stopTimer", timer: "silent" },
    { type: "startTimer", timer: "deadline", delayMs: woken ? WAKE_TIMEOUT_MS : PONG_TIMEOUT_MS },
    { type: "sendPing" },
  ],
];

export const alive = ({ trail, heartbeatMs, stable }: Probing): Step => [
  { name: "ready", trail, heartbeatMs, stable },
  [
    { type: "stopTimer", timer: "deadline" },
    { type: "startTimer", timer: "silent", delayMs: heartbeatMs },
  ],
];

/** Beside a stream: whether a WebSocket gets through by now. The longer it did not, the less often it is tried. */
export function scout(state: Ready | Probing, { chance }: Circumstances): Step {
  const trail = { ...state.trail, scouts: state.trail.scouts + 1 };
  return [{ ...state, trail }, [{ type: "sendScout" }, ...scouting(trail, chance)]];
}

/** From the stream to a WebSocket: the session is resumed there, so nothing is lost and nothing comes twice. */
export function change(state: Ready | Probing): Step {
  const reason: Reason = { cause: "transport", message: "a WebSocket gets through again" };
  const [next, effects] = attempt({ ...state.trail, transport: "ws", failures: 0, reason });
  return [next, [...ending(state, ABANDONED, reason), ...effects]];
}

export const settle = (state: Connected): Step => [{ ...state, stable: true }, []];

export function drain(state: Ready | Probing, reconnectAfterMs: number, { nowMs }: Circumstances): Step {
  const { trail, heartbeatMs, stable } = state;
  const delayMs = Math.min(Math.max(0, reconnectAfterMs), DRAIN_CAP_MS);
  return [
    { name: "draining", trail, heartbeatMs, stable, delayMs, retryAt: nowMs + delayMs },
    [
      { type: "stopTimer", timer: "deadline" },
      { type: "startTimer", timer: "silent", delayMs: heartbeatMs },
      { type: "holdPublishes" },
    ],
  ];
}

/** An attempt that came to nothing. @param code to close its socket with; 0 where there is none any more. */
export function fail(state: Attempting, reason: Reason, at: Circumstances, code = ABANDONED): Step {
  const lost = wasUnanswered(reason);
  const unanswered = lost ? state.trail.unanswered + 1 : 0;
  const transport = transportAfter({ ...state.trail, unanswered });
  const failures = state.trail.failures + 1;
  const awaySince = state.trail.awaySince ?? at.nowMs;
  const trail = { ...state.trail, failures, awaySince, reason, unanswered, transport };
  const [next, effects] = wait(trail, backoff(trail, at), at);
  return [next, [...ending(state, code, reason), ...effects]];
}

/** A socket that had been welcomed, and is no more. */
export function lose(state: Connected, reason: Reason, at: Circumstances, code = ABANDONED): Step {
  const before = state.stable ? { failures: -1, awaySince: undefined } : state.trail;
  const awaySince = before.awaySince ?? at.nowMs;
  const trail = { ...state.trail, failures: before.failures + 1, awaySince, reason };
  // A drain names its own delay. The wall clock may have jumped since, so it can only shorten the wait.
  const delayMs =
    state.name === "draining"
      ? Math.min(Math.max(0, state.retryAt - at.nowMs), state.delayMs)
      : backoff(trail, at);
  const [next, effects] = wait(trail, delayMs, at);
  return [next, [...ending(state, code, reason), ...effects]];
}

/** The peer closed the socket: its code decides whether to come back. */
export function closed(
  state: Opening | Greeting | Connected,
  { code, reason }: Closed,
  at: Circumstances,
): Step {
  const why: Reason = { cause: "closed", code, message: reason === "" ? meaningOf(code) : reason };
  const expired = code === CLOSE_CODES.tokenExpired.code;
  if (isFinalClose(code)) return stop(state, why);
  if (expired && (state.trail.renewed || !at.renewable)) return stop(state, why);
  const next = { ...state, trail: { ...state.trail, renewed: state.trail.renewed || expired } };
  switch (next.name) {
    case "opening":
    case "greeting":
      return fail(next, why, at, 0);
    case "draining":
      return lose(next, { ...why, cause: "drain" }, at, 0);
    case "ready":
    case "probing":
      return lose(next, why, at, 0);
  }
}

function stop(state: Opening | Greeting | Connected, reason: Reason): Step {
  // After a kick the session is gone, and after a takeover it is somebody else's.
  const gone = reason.code === CLOSE_CODES.kicked.code || reason.code === CLOSE_CODES.superseded.code;
  return [
    { name: "stopped", reason, resume: gone ? undefined : state.trail.resume },
    [
      ...ending(state, 0, reason),
      ...(gone ? [{ type: "forgetSession" } as const] : []),
      { type: "stopTimers" },
      { type: "unwatchWake" },
    ],
  ];
}

/** By the application's wish, from wherever it is. */
export function leave(state: Attempting | Connected | Waiting): Step {
  const ended = state.name === "waiting" ? [] : ending(state, CLOSE_CODES.normal.code, REQUESTED);
  return [
    { name: "idle", resume: state.trail.resume, reason: REQUESTED },
    [...ended, { type: "stopTimers" }, { type: "unwatchWake" }],
  ];
}

export const silence = (): Reason => ({ cause: "silence", message: "the server has fallen silent" });

const scouting = (trail: Trail, chance: number): Effect[] =>
  trail.transport === "ws"
    ? []
    : [{ type: "startTimer", timer: "scout", delayMs: scoutMs(trail.scouts, chance) }];

/** A wall clock that jumps can make it shorter, and no longer than the failures allow. */
const backoff = ({ failures, awaySince }: Trail, { nowMs, chance }: Circumstances): number =>
  backoffMs(failures, Math.max(0, nowMs - (awaySince ?? nowMs)), chance);

const wait = (trail: FailedTrail, delayMs: number, { nowMs }: Circumstances): Step => [
  { name: "waiting", trail, retryAt: nowMs + delayMs },
  [{ type: "stopTimers" }, { type: "startTimer", timer: "backoff", delayMs }],
];

/** What ends with the socket of a state. @param code 0: the socket is gone already. */
function ending(state: Attempting | Connected, code: number, reason: Reason): Effect[] {
  const close: Effect[] = code === 0 ? [] : [{ type: "closeSocket", code, reason: reason.message }];
  switch (state.name) {
    case "authorising":
      return [failed(state, reason)];
    case "opening":
      return [...close, failed(state, reason)];
    case "greeting":
      return [...close, failed(state, reason), { type: "endSession" }];
    case "ready":
    case "probing":
    case "draining":
      return [...close, { type: "endSession" }];
  }
}

const failed = (state: Attempting, reason: Reason): Effect => ({
  type: "attempt",
  attempt: state.trail.failures + 1,
  outcome: "failed",
  reason,
});

function meaningOf(code: number): string {
  const known = Object.values(CLOSE_CODES).find((entry) => entry.code === code);
  return known?.meaning ?? (code === 1006 ? "the connection was lost" : `closed with ${code}`);
}
