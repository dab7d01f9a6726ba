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

import type { Engine, Exchange } from "./engine.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import { stateRefusal } from "./presence.ts";
import { recover } from "./recovery.ts";
import { eventMessage } from "./room.ts";
import type { Page } from "./room-log.ts";
import { type Held, Subscription } from "./subscription.ts";

/** A room asked for: by `join`, which has an id, or within `hello`. */
export type Target = JoinTarget & { readonly id?: string };

interface Snapshot {
  readonly page: Page;
  readonly recovered: boolean;
  readonly gap?: GapSpan;
}

/** A snapshot that the live events have overtaken is read again, unless log and relay have come apart for good. */
const MAX_READS = 3;

/** All are prepared side by side, and answered in the order asked. */
export async function enterRooms(exchange: Exchange, targets: readonly Target[]): Promise<void> {
  const entering = targets.map((target) => enterRoom(exchange, target));
  for (const prepared of entering) {
    const finish = await prepared;
    await finish();
    // What a client asks for at once must not make it the slow reader that is closed.
    await exchange.peer.drained();
  }
}

/** @returns what is left to do when it is this room's turn. Never rejects, lest the other rooms stay unanswered. */
async function enterRoom(exchange: Exchange, target: Target): Promise<() => MaybePromise<void>> {
  const { engine, peer, session } = exchange;
  const { room } = target;
  const refuse = (reason: Refusal) => (): void => {
    // Who is refused a room is not in it, though it may have been. A newer socket of the session asks for itself.
    if (session.peer === peer) {
      engine.sessions.leave(session, room, reason.code === "forbidden" ? "forbidden" : "left");
    }
    peer.refuse(asked(target), reason);
  };
  const failed = (error: unknown): (() => void) => {
    engine.telemetry.record({ kind: "fault", where: "join", error });
    return refuse(refusal("internal"));
  };
  const guarded = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => {
      failed(error)();
    });
  try {
    const refused = stateRefusal(target.state, engine.settings) ?? (await mayJoin(exchange, room));
    if (refused !== undefined) return refuse(refused);
    // Its socket is gone, or its session: whoever enters now would never leave.
    if (session.peer !== peer) return () => undefined;
    const subscription = subscribe(exchange, room);
    if (subscription === undefined)
      return refuse(refusal("too_many", "in as many rooms as one session may be"));
    const first = await readSnapshot(engine, target, subscription);
    return () =>
      guarded(async () => {
        // The rooms before it took their time, and more came than is held for one reader.
        const isStale = first.ok && !meets(first.value.page, subscription.held);
        const snapshot = isStale ? await readSnapshot(engine, target, subscription) : first;
        if (!snapshot.ok) refuse(snapshot.error)();
        else if (isOver(exchange, subscription)) refuse(refusal("forbidden", "taken out of the room"))();
        else goLive(exchange, target, subscription, snapshot.value);
      });
  } catch (error) {
    return failed(error);
  }
}

const mayJoin = ({ engine, session }: Exchange, room: string): MaybePromise<Refusal | undefined> =>
  engine.policy.authorise(session.identity, { kind: "join", room });

/** From here on live events are held. A subscription of the same room that is there already is replaced. */
function subscribe({ engine, peer, session }: Exchange, name: string): Subscription | undefined {
  const { roomsPerSession } = engine.settings;
  const old = session.subscriptions.get(name);
  if (old === undefined && roomsPerSession > 0 && session.subscriptions.size >= roomsPerSession)
    return undefined;
  old?.room.detach(old);
  const room = engine.rooms.open(name);
  const subscription = new Subscription(room, peer, session.clientId);
  room.enter(subscription);
  session.subscriptions.set(name, subscription);
  return subscription;
}

/** It has left, was kicked, or lost its socket while the snapshot was read. */
const isOver = ({ session }: Exchange, subscription: Subscription): boolean =>
  subscription.held === null || session.subscriptions.get(subscription.room.name) !== subscription;

async function readSnapshot(
  engine: Engine,
  target: Target,
  subscription: Subscription,
): Promise<Result<Snapshot, Refusal>> {
  await engine.log.subscribe(target.room);
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const snapshot = await readOnce(engine, target);
    if (!snapshot.ok || meets(snapshot.value.page, subscription.held)) return snapshot;
  }
  return err(refusal("storage_unavailable", "the log is behind its own live events"));
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
function meets(page: Page, held: readonly Held[] | null): boolean {
  if (held === null) return true;
  const newest = held.at(-1);
  // Held of an earlier life of the room, it is nothing to a snapshot of the present one; the other way round, it is all.
  if (newest !== undefined && newest.epoch !== page.epoch) return false;
  const [next] = beyond(page, held);
  return next === undefined || next.offset === page.top + 1;
}

const beyond = ({ epoch, top }: Page, held: readonly Held[]): Held[] =>
  held.filter((each) => each.epoch === epoch && each.offset > top);

function goLive(exchange: Exchange, target: Target, subscription: Subscription, snapshot: Snapshot): void {
  const { engine, peer, session } = exchange;
  const { room } = subscription;
  const { page, recovered, gap } = snapshot;
  const { clientId, from } = session;
  const state = target.state ?? room.presence.get(clientId)?.state ?? {};
  room.arrive({ clientId, user: from.user, name: from.name, state });
  const position = { epoch: page.epoch, offset: page.top };
  const held = room.activate(subscription, position);
  peer.send({
    type: "joined",
    ...asked(target),
    room: room.name,
    position,
    recovered,
    members: room.presence.listFor(clientId),
    count: room.presence.count,
    events: page.events.map(eventMessage),
    ...(page.more && { more: true as const }),
    ...(gap && { gap }),
  });
  const live = new Set(beyond(page, held));
  for (const each of held) if (each.message.type === "ack" || live.has(each)) peer.send(each.message);
  engine.telemetry.record({ kind: "room_joined", room: room.name, clientId, count: room.presence.count });
}

const asked = ({ id, room }: Target): Pick<Target, "id" | "room"> =>
  id === undefined ? { room } : { id, room };
