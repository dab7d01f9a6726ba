/** An application's handlers with its rooms at hand, on real sockets: what a tutorial's chat does, and what a retry must not do twice. */
import { defineContract } from "@roomcast/protocol";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";

import { BareSocket } from "../test/bare-socket.ts";
import { answer, createServer, type Handlers, refuse, type RoomcastServer } from "./index.ts";

const contract = defineContract({
  events: {
    chat: { data: v.string() },
    grpchat: { data: v.object({ by: v.string(), text: v.string() }), publisher: "server" },
    joinRoom: { data: v.object({ username: v.string() }), kept: false },
    userJoined: { data: v.object({ username: v.string() }), kept: false, publisher: "server" },
    whisper: { data: v.object({ to: v.string(), text: v.string() }), kept: false },
    order: { data: v.object({ pieces: v.number() }) },
    sold: { data: v.object({ pieces: v.number() }), publisher: "server" },
    stock: { data: v.object({ left: v.number() }), publisher: "server" },
  },
});

const handlers: Handlers<typeof contract> = {
  chat: ({ data, from }, { instead }) => instead("grpchat", { by: from.name, text: data }),
  joinRoom: ({ data }, { instead }) => instead("userJoined", data),
  async whisper({ data, from }, { room }) {
    const told = await room.publish("grpchat", { by: from.name, text: data.text }, { to: data.to });
    return told.ok ? answer() : refuse(told.error.message, told.error.code);
  },
  async order({ data }, { room, rooms }) {
    await room.publish("sold", data);
    await room.publish("stock", { left: 10 - data.pieces });
    await rooms.get("warehouse").publish("sold", data);
    return answer("sold");
  },
};

let server: RoomcastServer<typeof contract>;
beforeAll(async () => {
  server = await createServer({
    ...{ contract, handlers, store: "memory", log: "silent", port: 0, host: "127.0.0.1" },
  });
  await server.listen();
});
afterAll(() => server.close());

class Member {
  readonly socket: BareSocket;
  readonly id: string;
  #asked = 0;

  private constructor(socket: BareSocket, id: string) {
    this.socket = socket;
    this.id = id;
  }

  static async enter(room: string, name: string): Promise<Member> {
    const socket = await BareSocket.open(Number(new URL(server.url).port));
    socket.say({ type: "hello", protocol: 1, name, join: [{ room }] });
    const member = new Member(socket, String((await socket.message())["clientId"]));
    await member.next("joined");
    return member;
  }

  publish(room: string, event: string, data: unknown, options: object = {}): void {
    this.#asked += 1;
    this.socket.say({ type: "publish", id: String(this.#asked), room, event, data, ...options });
  }

  async next(type: string): Promise<Record<string, unknown>> {
    for (;;) {
      const message = await this.socket.message();
      if (message["type"] === type) return message;
    }
  }
}

describe("an application's handlers", () => {
  it("B2 B3 B10: chat becomes grpchat for all, joinRoom userJoined for all but the sender", async () => {
    const ada = await Member.enter("tutorial", "Ada");
    const bob = await Member.enter("tutorial", "Bob");
    ada.publish("tutorial", "joinRoom", { username: "Ada" }, { echo: false });
    ada.publish("tutorial", "chat", "hello");
    const grpchat = {
      event: "grpchat",
      data: { by: "Ada", text: "hello" },
      from: { clientId: ada.id },
      offset: 1,
    };
    expect(await bob.next("event")).toMatchObject({ event: "userJoined", data: { username: "Ada" } });
    expect(await bob.next("event")).toMatchObject(grpchat);
    expect(await ada.next("event")).toMatchObject(grpchat);
    bob.publish("tutorial", "grpchat", { by: "Ada", text: "forged" });
    expect(await bob.next("error")).toMatchObject({ code: "forbidden" });
    for (const { socket } of [ada, bob]) socket.destroy();
  });

  it("B4: it publishes to one client alone, and says when that is gone", async () => {
    const ada = await Member.enter("whispers", "Ada");
    const bob = await Member.enter("whispers", "Bob");
    ada.publish("whispers", "whisper", { to: bob.id, text: "psst" });
    expect(await bob.next("event")).toMatchObject({ event: "grpchat", data: { by: "Ada", text: "psst" } });
    expect(await ada.next("ack")).toMatchObject({ id: "1" });
    ada.publish("whispers", "whisper", { to: "nobody", text: "psst" });
    expect(await ada.next("error")).toMatchObject({ id: "2", code: "unknown_member" });
    for (const { socket } of [ada, bob]) socket.destroy();
  });

  it("R-DUPLICATE: what it publishes besides is from the sender, and not twice when the sender repeats", async () => {
    const ada = await Member.enter("shop", "Ada");
    const ask = async (id: string, pieces: number): Promise<unknown> => {
      ada.publish("shop", "order", { pieces }, { id });
      return ada.next("ack");
    };
    expect(await ask("o1", 3)).toMatchObject({ id: "o1", answer: "sold" });
    expect(await ask("o1", 3)).toMatchObject({ id: "o1", answer: "sold" });
    await ask("o2", 4);
    const kept = async (room: string): Promise<unknown> => {
      const page = await server.rooms.get(room).history();
      return page.ok && page.value.events.map(({ event, from }) => [event, from.clientId]);
    };
    expect(await kept("shop")).toEqual(["sold", "stock", "sold", "stock"].map((event) => [event, ada.id]));
    expect(await kept("warehouse")).toEqual(["sold", "sold"].map((event) => [event, ada.id]));
    ada.socket.destroy();
  });
});

/** Never run: what the compiler must accept and refuse. */
export const typed: Handlers<typeof contract> = {
  chat({ data }, { instead, room }) {
    expectTypeOf(data).toEqualTypeOf<string>();
    // @ts-expect-error the data of the event that takes its place is checked
    instead("grpchat", { by: 5 });
    // @ts-expect-error no such event
    instead("grpchatt", { by: "Ada", text: "" });
    // @ts-expect-error the data of what it publishes besides is checked
    void room.publish("sold", { pieces: "3" });
  },
};
