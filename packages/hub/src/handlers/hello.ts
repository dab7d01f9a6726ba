/** hello → welcome, then a joined for each room: who is this, does it come back, and where does it want to be. */
import {
  type Hello,
  MAX_MESSAGE_BYTES,
  MAX_PAGE_BYTES,
  MAX_PAGE_EVENTS,
  MIN_SUPPORTED_VERSION,
  ok,
  PROTOCOL_VERSION,
  refusal,
  type Welcome,
} from "@roomcast/protocol";

import { parseCursor } from "../entering/cursor.ts";
import type { Engine } from "../engine.ts";
import { enterRooms, type Target } from "../entering/entering.ts";
import type { Peer } from "../connections/peer.ts";
import { beyond } from "../limits/limits.ts";
import { isPromise } from "../maybe-promise.ts";
import { recoverRooms } from "../entering/recovering.ts";
import { retryOf } from "../connections/refusing.ts";
import type { RoomLog } from "../ports/room-log.ts";
import { claimOf, type Session } from "../sessions/session.ts";
import type { Resumed } from "../sessions/sessions.ts";

export async function hello(engine: Engine, peer: Peer, message: Hello): Promise<void> {
  const { sessions } = engine;
  const waitMs = engine.hellos.take(peer.remote);
  if (waitMs > 0) {
    peer.refuse({}, beyond("upgradesPerSecond", engine.telemetry, waitMs));
    peer.close("tooMany");
    return;
  }
  if (message.protocol < MIN_SUPPORTED_VERSION || message.protocol > PROTOCOL_VERSION) {
    peer.refuse({}, refusal("protocol_unsupported"));
    peer.close("protocolUnsupported");
    return;
  }
  const asking =
    message.token === undefined && peer.identity !== undefined
      ? ok(peer.identity)
      : engine.access.authenticate(message.token);
  const authenticated = isPromise(asking) ? await asking : asking;
  if (!authenticated.ok) {
    peer.refuse({}, authenticated.error);
    // A policy that cannot tell at present (its keys are out of reach) is no reason to give up for good.
    peer.close(retryOf(authenticated.error) === "same_id" ? "restart" : "unauthorised");
    return;
  }
  const identity = authenticated.value;
  const banned =
    identity.user === null ? undefined : engine.access.entry({ identity, from: { user: identity.user } });
  if (banned !== undefined) {
    peer.refuse({}, banned);
    peer.close(banned.code === "forbidden" ? "forbidden" : "unauthorised", banned.message);
    return;
  }
  const name = identity.name ?? message.name;
  const claim = message.resume === undefined ? undefined : claimOf(message.resume);
  const stored = claim && (await sessions.recall(claim));
  if (peer.closed) return;
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
