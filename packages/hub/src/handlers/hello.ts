/** hello → welcome, then a joined for each room: who is this, does it come back, and where does it want to be. */
import {
  type CloseName,
  err,
  type Hello,
  MAX_MESSAGE_BYTES,
  MAX_PAGE_BYTES,
  MAX_PAGE_EVENTS,
  MIN_SUPPORTED_VERSION,
  ok,
  PROTOCOL_VERSION,
  type Refusal,
  refusal,
  type Result,
  type Welcome,
} from "@roomcast/protocol";

import { speakerOf } from "../access/access.ts";
import type { Identity } from "../access/identity.ts";
import type { Peer } from "../connections/peer.ts";
import { retryOf } from "../connections/refusing.ts";
import type { Engine } from "../engine.ts";
import { parseCursor } from "../entering/cursor.ts";
import { enterRooms, type Target } from "../entering/entering.ts";
import { recoverRooms } from "../entering/recovering.ts";
import { overLimit } from "../limits/limits.ts";
import { isPromise, type MaybePromise, whenReady } from "../maybe-promise.ts";
import type { RoomLog } from "../ports/room-log.ts";
import { claimOf, type Session } from "../sessions/session.ts";
import type { Resumed } from "../sessions/sessions.ts";

export async function hello(engine: Engine, peer: Peer, message: Hello): Promise<void> {
  const { sessions } = engine;
  const asking = identify(engine, peer, message);
  const identified = isPromise(asking) ? await asking : asking;
  if (!identified.ok) {
    turnAway(peer, identified.error);
    return;
  }
  const identity = identified.value;
  const claim = message.resume === undefined ? undefined : claimOf(message.resume);
  const stored = claim && (await sessions.recall(claim));
  if (peer.closed) return;
  // Behind the last that takes time: what is imposed meanwhile counts.
  const banned = whyNotHere(engine, identity);
  if (banned !== undefined) {
    turnAway(peer, banned);
    return;
  }
  const name = identity.name ?? message.name;
  const resumed = claim && sessions.resume(claim, stored, identity, name, peer);
  if (resumed === "overtaken") {
    peer.close("superseded");
    return;
  }
  const session = resumed?.session ?? sessions.create(identity, name ?? "");
  const isResumed = resumed !== undefined;
  const cursor = resumed && peer.cursor !== undefined ? parseCursor(peer.cursor) : undefined;
  const since = cursor && continues(engine.log, cursor) ? cursor : undefined;
  const targets = targetsOf(engine, since === undefined ? message.join : undefined, resumed, cursor);
  const rooms = targets.map(({ room }) => room);
  sessions.attach(session, peer);
  peer.activate(session, isResumed);
  leaveOthers(engine, session, rooms);
  const exchange = { engine, peer, session };
  // Of what comes from here on nothing is passed over: it is read, or held.
  const { sequence } = engine.log;
  // The token that welcome gives out must be good after a crash, so it is kept first; the store is asked for its rooms with it.
  const kept = sessions.save(session, rooms);
  const answer =
    since === undefined ? enterRooms(exchange, targets) : () => recoverRooms(exchange, rooms, since);
  await kept;
  // It was kicked, superseded or lost meanwhile.
  if (session.peer !== peer) return;
  peer.outlet.gather();
  peer.welcome(welcome(engine, session, isResumed), since === undefined ? { sequence } : undefined);
  await answer();
  peer.outlet.release();
  // A room that was refused is none to come back to.
  if (session.peer === peer && session.subscriptions.size < rooms.length) void sessions.save(session);
}

/** Why a hello is not accepted, and how its socket is closed. */
interface TurnedAway {
  readonly reason: Refusal;
  readonly close: CloseName;
  /** For the close frame. Default: what the code means in general. */
  readonly why?: string;
}

function turnAway(peer: Peer, { reason, close, why }: TurnedAway): void {
  peer.refuse({}, reason);
  peer.close(close, why);
}

/** Who says this hello. */
function identify(
  { hellos, telemetry, access }: Engine,
  peer: Peer,
  { protocol, token }: Hello,
): MaybePromise<Result<Identity, TurnedAway>> {
  const waitMs = hellos.take(peer.remote);
  if (waitMs > 0) return err({ reason: overLimit("upgradesPerSecond", telemetry, waitMs), close: "tooMany" });
  if (protocol < MIN_SUPPORTED_VERSION || protocol > PROTOCOL_VERSION)
    return err({ reason: refusal("protocol_unsupported"), close: "protocolUnsupported" });
  const isVouchedFor = token === undefined && peer.identity !== undefined;
  const asking = isVouchedFor ? ok(peer.identity) : access.authenticate(token);
  return whenReady(asking, (authenticated): Result<Identity, TurnedAway> => {
    if (authenticated.ok) return authenticated;
    const reason = authenticated.error;
    // A policy that cannot tell at present (its keys are out of reach) is no reason to give up for good.
    return err({ reason, close: retryOf(reason) === "same_id" ? "restart" : "unauthorised" });
  });
}

function whyNotHere({ access }: Engine, identity: Identity): TurnedAway | undefined {
  // A guest has no name yet that anything could have been imposed on.
  const reason = identity.user === null ? undefined : access.entry(speakerOf(identity));
  if (reason === undefined) return undefined;
  const close = reason.code === "forbidden" ? "forbidden" : "unauthorised";
  return { reason, close, why: reason.message };
}

/** Whether all that is kept behind the cursor is known by sequences that it means. */
const continues = (
  log: RoomLog,
  { generation, sequence }: { generation: string; sequence: number },
): boolean => generation === log.generation && sequence <= log.sequence;

/**
 * Each room once, in the order asked.
 * @param cursor that cannot be continued: its rooms are told so.
 */
function targetsOf(
  { settings, log }: Engine,
  join: Hello["join"],
  resumed: Resumed | undefined,
  cursor: { readonly generation: string } | undefined,
): readonly Target[] {
  const isOther = cursor !== undefined && cursor.generation !== log.generation;
  const since = isOther ? { since: { epoch: cursor.generation, offset: 0 } } : {};
  const otherwise = resumed?.rooms ?? [settings.defaultRoom];
  const targets = join ?? otherwise.map((room) => ({ room, ...since }));
  if (targets.length < 2) return targets;
  return [...new Map(targets.map((target) => [target.room, target])).values()];
}

/** Of the rooms that a session was in, those that it does not ask for any more. */
function leaveOthers({ sessions }: Engine, session: Session, rooms: readonly string[]): void {
  if (session.subscriptions.size === 0) return;
  const asked = new Set(rooms);
  for (const room of [...session.subscriptions.keys()])
    if (!asked.has(room)) sessions.leave(session, room, "left");
}

const welcome = ({ settings, log }: Engine, session: Session, resumed: boolean): Welcome => ({
  type: "welcome",
  protocol: PROTOCOL_VERSION,
  clientId: session.clientId,
  user: session.from.user,
  resume: session.resumeToken,
  resumed,
  durability: log.durability,
  heartbeatMs: settings.heartbeatMs,
  limits: {
    messageBytes: MAX_MESSAGE_BYTES,
    messagesPerSecond: settings.messagesPerSecond,
    roomsPerSession: settings.roomsPerSession,
    stateLength: settings.maxStateLength,
    pageEvents: MAX_PAGE_EVENTS,
    pageBytes: MAX_PAGE_BYTES,
  },
  server: settings.server,
});
