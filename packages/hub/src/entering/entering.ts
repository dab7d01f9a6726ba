/** Owns how a session gets into rooms: whether it may, what it is shown first, and in which order. */
import { type JoinTarget, type Refusal, refusal, type Result, type State } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { overLimit, type LimitName } from "../limits/limits.ts";
import { isPromise, type MaybePromise, whenReady } from "../maybe-promise.ts";
import type { Page } from "../ports/room-log.ts";
import type { Held } from "../rooms/holding.ts";
import { NO_STATE, stateRefusal } from "../rooms/presence.ts";
import { Subscription } from "../rooms/subscription.ts";
import { upTo } from "./cursor.ts";
import { goLive, joinedOf, meets, readSnapshot, type Snapshot } from "./snapshot.ts";

/** A room asked for: by `join`, which has an id, or within `hello`. */
export type Target = JoinTarget & { readonly id?: string };

/**
 * All are prepared side by side, from now on.
 * @param keep begun when the session is in a room, and done before that is answered.
 * @returns answers them, in the order asked.
 */
export function enterRooms(
  exchange: Exchange,
  targets: readonly Target[],
  keep: () => MaybePromise<void> = () => undefined,
): () => Promise<void> {
  const entering = targets.map((target) => enterRoom(exchange, target, keep));
  return async () => {
    for (const prepared of entering) {
      const finish = await prepared;
      const finished = finish();
      if (isPromise(finished)) await finished;
      // What a client asks for at once must not make it the slow reader that is closed.
      const drained = exchange.peer.drained();
      if (isPromise(drained)) await drained;
    }
  };
}

/** @returns what is left to do when it is this room's turn. Never rejects, lest the other rooms stay unanswered. */
async function enterRoom(
  exchange: Exchange,
  target: Target,
  keep: () => MaybePromise<void>,
): Promise<() => MaybePromise<void>> {
  const { engine, peer, session } = exchange;
  const { room } = target;
  const refuse = (reason: Refusal): void => {
    // Who is refused a room is not in it, though it may have been. A newer socket of the session asks for itself.
    if (session.peer === peer) {
      const isForbidden = reason.code === "forbidden";
      engine.sessions.leave(session, room, isForbidden ? "forbidden" : "left", { dropping: isForbidden });
    }
    peer.refuse(asked(target), reason);
  };
  const failed = (error: unknown): void => {
    engine.telemetry.record({ kind: "fault", where: "join", error });
    refuse(refusal("internal"));
  };
  const slot = engine.reads.take();
  if (isPromise(slot)) await slot;
  try {
    const asking = permitted(exchange, target);
    const { sees, shown, refused } = isPromise(asking) ? await asking : asking;
    if (refused !== undefined) return () => refuse(refused);
    // Its socket is gone, or its session: whoever enters now would never leave.
    if (session.peer !== peer) return () => undefined;
    const subscription = subscribe(exchange, room);
    if (typeof subscription === "string") {
      const reason = overLimit(subscription, engine.telemetry);
      return () => refuse(reason);
    }
    // Beside the read, so that a join costs no more than the longer of the two.
    const kept = keep();
    const place = { ...target, sees };
    const first = await readSnapshot(engine, place, subscription);
    if (isPromise(kept)) await kept;
    const finish = (snapshot: Result<Snapshot, Refusal>): void => {
      if (!snapshot.ok) refuse(snapshot.error);
      else if (isOver(exchange, subscription)) refuse(refusal("forbidden", "taken out of the room"));
      else show(exchange, shown, subscription, snapshot.value);
    };
    return () => {
      try {
        // The rooms before it took their time, and more came than is held for one reader.
        const isStale = first.ok && !meets(first.value.page, subscription.held);
        if (isStale) return readSnapshot(engine, place, subscription).then(finish).catch(failed);
        finish(first);
      } catch (error) {
        failed(error);
      }
    };
  } catch (error) {
    return () => failed(error);
  } finally {
    engine.reads.give();
  }
}

/** What a session may do in a room that it asks for. */
interface Permitted {
  readonly sees: boolean;
  /** What the others are told of it. */
  readonly shown: Target;
  readonly refused: Refusal | undefined;
}

/** Whether it may be there is asked last: whoever is banned while the rest is asked is not let in. */
const permitted = (exchange: Exchange, target: Target): MaybePromise<Permitted> =>
  whenReady(maySee(exchange, target.room), (sees) =>
    whenReady(tellable(exchange, target), (shown) =>
      whenReady(stateRefusal(target.state, exchange.engine) ?? mayJoin(exchange, target.room), (refused) => ({
        ...{ sees, shown, refused },
      })),
    ),
  );

export const mayJoin = (
  { engine: { access }, session }: Exchange,
  room: string,
): MaybePromise<Refusal | undefined> => access.refusal(session, { kind: "join", room });

/** Without its state, where that may not be told: whoever is muted hears, and a client that kept its state is not locked out by it. */
function tellable({ engine: { access }, session }: Exchange, target: Target): MaybePromise<Target> {
  const { state, ...stateless } = target;
  if (state === undefined) return target;
  return whenReady(access.refusal(session, { kind: "presence", room: target.room }), (refused) =>
    refused === undefined ? target : stateless,
  );
}

/** Whether it is shown what was said before it came. */
export const maySee = ({ engine, session }: Exchange, room: string): MaybePromise<boolean> =>
  whenReady(engine.access.refusal(session, { kind: "history", room }), (refused) => refused === undefined);

/**
 * From here on live events are held. A subscription of the same room that is there already is replaced.
 * @returns the limit that it would pass, if it would.
 */
export function subscribe({ engine, peer, session }: Exchange, name: string): Subscription | LimitName {
  const { roomsPerSession, maxRooms } = engine.settings;
  const old = session.subscriptions.get(name);
  if (old === undefined && roomsPerSession > 0 && session.subscriptions.size >= roomsPerSession)
    return "roomsPerSession";
  if (maxRooms > 0 && engine.rooms.size >= maxRooms && engine.rooms.find(name) === undefined)
    return "maxRooms";
  old?.room.detach(old);
  const room = engine.rooms.open(name);
  const subscription = new Subscription(room, peer);
  room.enter(subscription);
  session.subscriptions.set(name, subscription);
  return subscription;
}

/** It has left, was kicked, or lost its socket while the snapshot was read. */
export const isOver = ({ session }: Exchange, subscription: Subscription): boolean =>
  subscription.held === null || session.subscriptions.get(subscription.room.name) !== subscription;

function show(exchange: Exchange, target: Target, subscription: Subscription, snapshot: Snapshot): void {
  const { engine, peer, session } = exchange;
  const { room } = subscription;
  const held = arrive(exchange, subscription, snapshot.page, target.state);
  // By its cursor, whoever has had `joined` has also had what was said in its other rooms so far.
  if (peer.outlet.format.inSequence === true)
    for (const other of session.subscriptions.values()) other.room.flush();
  const { sequence } = engine.log;
  const toCome = held.flatMap((each) => each.sequence ?? []);
  const joined = joinedOf(room, snapshot, room.presence.listFor(session.clientId));
  const answer = target.id === undefined ? joined : { ...joined, id: target.id };
  peer.send(answer, upTo(sequence, room.name, toCome[0]));
  for (const each of held) {
    if (each.sequence === toCome[0]) toCome.shift();
    peer.send(each.message, { ...each, ...upTo(sequence, room.name, toCome[0]) });
  }
}

/**
 * Shows a session to the members of a room; from now on it is one of them, and live events go to it by themselves.
 * @param state missing: the one that it has been shown with so far.
 * @returns the events that came meanwhile, to be sent behind what it is shown of the log.
 */
export function arrive(
  { engine, session }: Exchange,
  subscription: Subscription,
  page: Page,
  state?: State,
): readonly Held[] {
  const { room } = subscription;
  const { clientId } = session;
  room.arrive(session.memberWith(state ?? room.presence.get(clientId)?.state ?? NO_STATE));
  const held = goLive(engine, subscription, page);
  engine.telemetry.record({ kind: "room_joined", room: room.name, clientId, count: room.presence.count });
  return held;
}

const asked = ({ id, room }: Target): Pick<Target, "id" | "room"> =>
  id === undefined ? { room } : { id, room };
