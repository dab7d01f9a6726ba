/** hello → welcome, then a joined for each room: who is this, does it come back, and where does it want to be. */
import {
  type Hello,
  MAX_MESSAGE_BYTES,
  MAX_PAGE_BYTES,
  MAX_PAGE_EVENTS,
  MIN_SUPPORTED_VERSION,
  PROTOCOL_VERSION,
  refusal,
} from "@roomcast/protocol";

import type { Engine } from "../engine.ts";
import { enterRooms, type Target } from "../entering.ts";
import type { Identity } from "../identity.ts";
import type { Peer } from "../peer.ts";
import type { Resumed } from "../sessions.ts";

export async function hello(engine: Engine, peer: Peer, message: Hello): Promise<void> {
  if (message.protocol < MIN_SUPPORTED_VERSION || message.protocol > PROTOCOL_VERSION) {
    peer.refuse({}, refusal("protocol_unsupported"));
    peer.close("protocolUnsupported");
    return;
  }
  const authenticated = await engine.policy.authenticate(message.token);
  if (!authenticated.ok) {
    peer.refuse({}, authenticated.error);
    peer.close("unauthorised");
    return;
  }
  const resumed = await resume(engine, message, authenticated.value);
  if (peer.closed) return;
  const session =
    resumed?.session ??
    engine.sessions.create(authenticated.value, message.name ?? authenticated.value.name ?? "");
  engine.sessions.attach(session, peer);
  peer.activate(session);
  const targets = message.join ??
    resumed?.rooms.map((room): Target => ({ room })) ?? [{ room: engine.settings.defaultRoom }];
  // The token that welcome gives out must be good after a crash, so it is kept first.
  await engine.sessions.save(
    session,
    null,
    targets.map(({ room }) => room),
  );
  if (peer.closed) return;
  engine.telemetry.record({
    kind: "client_connected",
    client: peer.facts(session),
    resumed: resumed !== undefined,
  });
  const { settings, log } = engine;
  peer.send({
    type: "welcome",
    protocol: PROTOCOL_VERSION,
    clientId: session.clientId,
    user: session.from.user,
    resume: session.resumeToken,
    resumed: resumed !== undefined,
    durability: log.durability,
    heartbeatMs: settings.heartbeatMs,
    limits: {
      messageBytes: MAX_MESSAGE_BYTES,
      messagesPerSecond: settings.messagesPerSecond,
      roomsPerSession: settings.roomsPerSession,
      pageEvents: MAX_PAGE_EVENTS,
      pageBytes: MAX_PAGE_BYTES,
    },
    server: settings.server,
  });
  const wanted = new Set(targets.map(({ room }) => room));
  for (const room of [...session.subscriptions.keys()])
    if (!wanted.has(room)) engine.sessions.leave(session, room, "left");
  await enterRooms({ engine, peer, session }, targets);
}

async function resume(engine: Engine, message: Hello, identity: Identity): Promise<Resumed | undefined> {
  return message.resume === undefined
    ? undefined
    : engine.sessions.resume(message.resume, identity, message.name);
}
