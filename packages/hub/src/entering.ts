/** Owns how a session gets into rooms: hold live events, read one snapshot, merge, go live. */
import {
  DEFAULT_HISTORY_EVENTS,
  err,
  type GapSpan,
  type JoinTarget,
  MAX_PAGE_EVENTS,
  ok,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import type { Asked, Engine, Exchange } from "./engine.ts";
import { recover } from "./recovery.ts";
import { eventMessage } from "./room.ts";
import type { KeptEvent, Page } from "./room-log.ts";
import { Subscription } from "./subscription.ts";

/** A room asked for: by `join`, which has an id, or within `hello`. */
export type Target = JoinTarget & { readonly id?: string };

interface Snapshot {
  readonly page: Page;
  readonly recovered: boolean;
  readonly gap?: GapSpan;
}

/** All are prepared side by side, and answered in the order asked. */
export async function enterRooms(exchange: Exchange, targets: readonly Target[]): Promise<void> {
  const entering = targets.map((target) => enterRoom(exchange, target));
  for (const finish of entering) (await finish)();
}

/** @returns what is left to do when it is this room's turn. */
async function enterRoom(exchange: Exchange, target: Target): Promise<() => void> {
  const { engine, peer, session } = exchange;
  const refuse = (reason: Refusal) => (): void => {
    peer.refuse(asked(target), reason);
  };
  const refused = await engine.policy.authorise(session.identity, { kind: "join", room: target.room });
  if (refused !== undefined) return refuse(refused);
  const subscription = subscribe(exchange, target.room);
  if (subscription === undefined)
    return refuse(refusal("too_many", "in as many rooms as one session may be"));
  const snapshot = await readSnapshot(engine, target, subscription);
  if (snapshot.ok) {
    return () => {
      goLive(exchange, target, subscription, snapshot.value);
    };
  }
  if (session.subscriptions.get(target.room) === subscription)
    engine.sessions.leave(session, target.room, "left");
  return refuse(snapshot.error);
}

/** From here on live events are held. A subscription of the same room that is there already is replaced. */
function subscribe({ engine, peer, session }: Exchange, name: string): Subscription | undefined {
  const { roomsPerSession } = engine.settings;
  const old = session.subscriptions.get(name);
  if (old === undefined && roomsPerSession > 0 && session.subscriptions.size >= roomsPerSession)
    return undefined;
  const room = engine.rooms.open(name);
  if (old !== undefined) room.detach(old);
  const subscription = new Subscription(room, peer, session.clientId);
  room.enter(subscription);
  session.subscriptions.set(name, subscription);
  return subscription;
}

async function readSnapshot(
  engine: Engine,
  target: Target,
  subscription: Subscription,
): Promise<Result<Snapshot, Refusal>> {
  await engine.log.subscribe(target.room);
  const snapshot = await readOnce(engine, target);
  if (!snapshot.ok || meets(snapshot.value.page, subscription.buffer)) return snapshot;
  // The relay was ahead of the snapshot: a second one lies behind what was held meanwhile.
  return readOnce(engine, target);
}

async function readOnce(
  engine: Engine,
  { room, since, history }: Target,
): Promise<Result<Snapshot, Refusal>> {
  const newest = Math.min(history ?? DEFAULT_HISTORY_EVENTS, MAX_PAGE_EVENTS);
  const read = await engine.log.read(
    room,
    since === undefined ? { limit: newest } : { after: since.offset, limit: MAX_PAGE_EVENTS },
  );
  if (!read.ok) return err(read.error);
  const page = read.value;
  if (since === undefined) return ok({ page: { ...page, more: false }, recovered: false });
  const recovery = recover(since, page, (epoch, now) => engine.log.whyChanged(epoch, now));
  if (recovery.kind === "recovered") return ok({ page, recovered: true });
  if (recovery.kind === "gap") return ok({ page, recovered: false, gap: recovery.gap });
  const again = await engine.log.read(room, { after: 0, limit: MAX_PAGE_EVENTS });
  if (!again.ok) return err(again.error);
  const { epoch, top } = again.value;
  return ok({
    page: again.value,
    recovered: false,
    gap: { ...recovery.gap, position: { epoch, offset: top } },
  });
}

/** Whether what was held goes on exactly where the snapshot ends. */
function meets({ epoch, top }: Page, held: readonly KeptEvent[] | null): boolean {
  const next = held?.find((event) => event.epoch !== epoch || event.offset > top);
  return next === undefined || (next.epoch === epoch && next.offset === top + 1);
}

function goLive(exchange: Exchange, target: Target, subscription: Subscription, snapshot: Snapshot): void {
  const { engine, peer, session } = exchange;
  const { room } = subscription;
  // It has left, was kicked, or lost its socket while the snapshot was read.
  if (subscription.buffer === null || session.subscriptions.get(room.name) !== subscription) return;
  const { page, recovered, gap } = snapshot;
  const { clientId, from } = session;
  const state = target.state ?? room.presence.get(clientId)?.state ?? {};
  room.arrive({ clientId, user: from.user, name: from.name, state });
  const held = room.activate(subscription);
  peer.send({
    type: "joined",
    ...asked(target),
    room: room.name,
    position: { epoch: page.epoch, offset: page.top },
    recovered,
    members: room.presence.listFor(clientId),
    count: room.presence.count,
    events: page.events.map(eventMessage),
    ...(page.more && { more: true as const }),
    ...(gap && { gap }),
  });
  for (const event of held) if (event.offset > page.top) peer.send(eventMessage(event));
  engine.telemetry.record({ kind: "room_joined", room: room.name, clientId, count: room.presence.count });
}

const asked = ({ id, room }: Target): Asked & { room: string } =>
  id === undefined ? { room } : { id, room };
