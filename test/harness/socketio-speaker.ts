/** Owns the stock Socket.IO client as a speaker of the suite that runs over all transports. */
import type { Answer as Answered, EventContext, Joined, Member, Presence } from "@roomcast/protocol";
import { io } from "socket.io-client";

import type { ConnectSpeaker, Heard } from "./speaker.ts";
import { until } from "./until.ts";

/** Names under which the protocol itself speaks. */
const MESSAGES: ReadonlySet<string> = new Set([
  ...["welcome", "joined", "left", "presence", "gap", "drain", "error", "ack"],
]);

type Acked = Answered<{ readonly position?: { readonly offset: number }; readonly delivered?: boolean }>;

/** @param transports in the order in which it takes them. */
export const socketioBy =
  (...transports: string[]): ConnectSpeaker =>
  async (url, room, name) => {
    const socket = io(url, {
      ...{ transports, auth: { name, join: [{ room }] }, forceNew: true },
      ...{ reconnectionDelay: 20, reconnectionDelayMax: 100 },
    });
    const heard: Heard[] = [];
    const left: { clientId: string; reason: string }[] = [];
    const members = new Set<string>();
    let closeCode: number | undefined;
    let isOver = false;
    const hear = (event: string, data: unknown, { offset, from }: EventContext): void => {
      heard.push({ event, data, offset, from: from.clientId, name: from.name });
    };
    const arrive = (list: readonly Member[] = []): void => {
      for (const { clientId } of list) members.add(clientId);
    };
    socket
      .onAny((event: string, data: unknown, context: EventContext) => {
        if (!MESSAGES.has(event)) hear(event, data, context);
      })
      .on("joined", (joined: Joined) => {
        members.clear();
        arrive(joined.members);
        for (const event of joined.events) hear(event.event, event.data, event);
      })
      .on("presence", (presence: Presence) => {
        for (const { clientId } of presence.left ?? []) members.delete(clientId);
        left.push(...(presence.left ?? []));
        arrive(presence.joined);
      })
      .on("error", (error: { closeCode?: number }) => (closeCode = error.closeCode))
      .on("disconnect", (reason) => (isOver = reason === "io server disconnect"));
    await until(`${name} has entered by Socket.IO`, () => members.size > 0);
    await until("it is where it wants to be", () => socket.io.engine.transport.name === transports.at(-1));
    let id = "";
    return {
      heard,
      left,
      get id() {
        return (id = socket.id ?? id);
      },
      get connected() {
        return socket.connected;
      },
      get members() {
        return [...members];
      },
      get ended() {
        return isOver ? closeCode : undefined;
      },
      async publish(event, data, how = {}) {
        const answer = (await socket.emitWithAck(event, data, how)) as Acked;
        if (!answer.ok) return { ok: false, code: answer.code };
        return { ok: true, offset: answer.position?.offset, delivered: answer.delivered };
      },
      async history(range) {
        const page = (await socket.emitWithAck("history", { room, ...range })) as Answered<
          Pick<Joined, "events">
        >;
        return page.ok ? page.events.map(({ offset }) => offset) : [];
      },
      cut() {
        socket.io.engine.close();
      },
      [Symbol.asyncDispose]: async () => void socket.disconnect(),
    };
  };
