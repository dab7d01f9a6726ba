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

import type { Engine } from "../engine.ts";
import { enterRooms, type Target } from "../entering.ts";
import type { Peer } from "../peer.ts";
import { retryOf } from "../refusing.ts";
import { claimOf, type Session } from "../session.ts";

export async function hello(engine: Engine, peer: Peer, message: Hello): Promise<void> {
  const { sessions } = engine;
  if (message.protocol < MIN_SUPPORTED_VERSION || message.protocol > PROTOCOL_VERSION) {
    peer.refuse({}, refusal("protocol_unsupported"));
    peer.close("protocolUnsupported");
    return;
  }
  const authenticated =
    message.token === undefined && peer.identity !== undefined
      ? ok(peer.identity)
      : await engine.policy.authenticate(message.token);
  if (!authenticated.ok) {
    peer.refuse({}, authenticated.error);
    // A policy that cannot tell at present (its keys are out of reach) is no reason to give up for good.
    peer.close(retryOf(authenticated.error) === "same_id" ? "restart" : "unauthorised");
    return;
  }
  const identity = authenticated.value;
  const name = identity.name ?? message.name;
  const claim = message.resume === undefined ? undefined : claimOf(message.resume);
  const stored = claim && (await sessions.recall(claim));
  if (peer.closed) return;
  const resumed = claim && sessions.resume(claim, stored, identity, name);
  const session = resumed?.session ?? sessions.create(identity, name ?? "");
  const isResumed = resumed !== undefined;
  const targets = targetsOf(message, resumed?.rooms ?? [engine.settings.defaultRoom]);
  const rooms = new Set(targets.map(({ room }) => room));
  sessions.attach(session, peer);
  peer.activate(session, isResumed);
  // The token that welcome gives out must be good after a crash, so it is kept first.
  await sessions.save(session, rooms);
  // It was kicked, superseded or lost meanwhile.
  if (session.peer !== peer) return;
  peer.welcome(welcome(engine, session, isResumed));
  for (const room of [...session.subscriptions.keys()]) {
    if (!rooms.has(room)) sessions.leave(session, room, "left");
  }
  await enterRooms({ engine, peer, session }, targets);
  // A room that was refused is none to come back to.
  if (session.peer === peer && session.subscriptions.size < rooms.size) void sessions.save(session);
}

/** Each room once, in the order asked. */
function targetsOf({ join }: Hello, otherwise: readonly string[]): readonly Target[] {
  const targets = join ?? otherwise.map((room) => ({ room }));
  return [...new Map(targets.map((target) => [target.room, target])).values()];
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
