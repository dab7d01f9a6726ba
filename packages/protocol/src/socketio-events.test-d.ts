import type { Socket } from "socket.io-client";
import * as v from "valibot";
import { expectTypeOf, test } from "vitest";

import { defineContract } from "./contract.ts";
import type { Events } from "./events.ts";
import type { Joined } from "./messages/join.ts";
import type { Ack } from "./messages/publish.ts";
import type { Answer, ClientToServerEvents, EventContext, ServerToClientEvents } from "./socketio-events.ts";

const contract = defineContract({
  events: { note: { data: v.object({ text: v.string(), at: v.pipe(v.string(), v.transform(Number)) }) } },
});
type Contract = typeof contract;

declare const socket: Socket<ServerToClientEvents<Contract>, ClientToServerEvents<Contract>>;
declare const bundled: Socket<ServerToClientEvents<Events>, ClientToServerEvents<Events>>;

test("what comes is typed by the contract", () => {
  expectTypeOf(contract).toExtend<Contract>();
  socket.on("note", (data, context, cursor) => {
    expectTypeOf(data).toEqualTypeOf<{ text: string; at: number }>();
    expectTypeOf(context).toEqualTypeOf<EventContext>();
    expectTypeOf(cursor).toEqualTypeOf<string | undefined>();
  });
  socket.on("joined", (joined) => {
    expectTypeOf(joined).toEqualTypeOf<Joined>();
  });
  // @ts-expect-error the contract has no such event
  socket.on("letter", () => undefined);
  // @ts-expect-error the data is no number
  socket.on("note", (data: number) => data);
});

test("what is emitted is typed by the contract, and a wrong payload does not compile", () => {
  const data = { text: "t", at: "1" };
  socket.emit("note", data, (answer) => {
    expectTypeOf(answer).toEqualTypeOf<Answer<Ack>>();
  });
  socket.emit("note", data, { room: "r", echo: false, id: "1", age: 90_000 }, () => undefined);
  expectTypeOf(socket.emitWithAck("note", data)).resolves.toEqualTypeOf<Answer<Ack>>();
  expectTypeOf(socket.emitWithAck("join", { room: "r", history: 5 })).resolves.toEqualTypeOf<
    Answer<Joined>
  >();
  expectTypeOf(bundled.emitWithAck("typing", { on: true })).resolves.toEqualTypeOf<Answer<Ack>>();
  // @ts-expect-error a field is missing
  void socket.emitWithAck("note", { text: "t" });
  // @ts-expect-error a field is of another type
  void socket.emitWithAck("note", { text: 1, at: "1" });
  // @ts-expect-error the contract has no such event
  void socket.emitWithAck("letter", data);
  // @ts-expect-error no such option
  void socket.emitWithAck("note", data, { rooms: "r" });
  // @ts-expect-error the server says that, no client
  void socket.emitWithAck("joined", { room: "r" });
});
