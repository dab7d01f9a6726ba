/** The adapter over real sockets, spoken to by hand: what is heard and said, and what bounds it in size and time. */
import { ManualClock } from "@roomcast/hub/testing";
import { ok } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { clientFrame, closePayload, OPCODE } from "../../../test/bare-socket.ts";
import { WsStage } from "../../../test/ws-stage.ts";
import { textFrame } from "./text-frame.ts";

const HELLO = { type: "hello", protocol: 1 };

describe("what is heard", () => {
  it("A3 D1: a socket is one connection of the hub, and its masked text is one message", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    expect(accepted.connection).toMatchObject({ transport: "ws", remote: "127.0.0.1" });
    socket.say(HELLO);
    await stage.hub.until(() => accepted.received.length === 1);
    expect(accepted.received).toEqual([ok(HELLO)]);
  });

  it("W-6: frames that come with the upgrade itself are heard", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.connect();
    socket.tcp.cork();
    const head = socket.handshake();
    socket.say(HELLO);
    socket.tcp.uncork();
    expect(await head).toMatch(/^HTTP\/1\.1 101 /);
    const accepted = await stage.hub.newest();
    await stage.hub.until(() => accepted.received.length === 1);
    expect(accepted.received).toEqual([ok(HELLO)]);
  });

  it("R-BEHIND: what comes while a connection is paused is heard once it is resumed, or not at all once it is closed", async () => {
    await using stage = await WsStage.start();
    const [socket, other] = [await stage.open(), await stage.open()];
    const [paused, witness] = stage.hub.accepted;
    socket.say(HELLO);
    await stage.hub.until(() => paused?.received.length === 1);
    paused?.connection.pause?.();
    socket.say({ type: "ping" });
    // So much that was sent later has been heard that this would have been too.
    for (let heard = 1; heard <= 20; heard += 1) {
      other.say(HELLO);
      await stage.hub.until(() => witness?.received.length === heard);
    }
    expect(paused?.received).toEqual([ok(HELLO)]);
    paused?.connection.resume?.();
    await stage.hub.until(() => paused?.received.length === 2);
    expect(paused?.received.at(1)).toEqual(ok({ type: "ping" }));
    paused?.connection.pause?.();
    paused?.connection.close("kicked");
    paused?.connection.pause?.();
    paused?.connection.resume?.();
    socket.send(OPCODE.close, closePayload(1000));
    await stage.hub.until(() => paused?.ends.length === 1);
    expect(paused?.received.length).toBe(2);
  });

  it("R-READ-SLICE: of a thousand messages at once no more than a slice is heard behind the one that pauses the connection", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    const ping = clientFrame(OPCODE.text, '{"type":"ping"}');
    accepted.onReceived = (count) => {
      if (count === 100) accepted.connection.pause?.();
    };
    socket.tcp.write(Buffer.concat(Array.from({ length: 1_000 }, () => ping)));
    await stage.hub.until(() => accepted.received.length >= 100);
    // All of them had come with the first.
    expect(accepted.received.length).toBeLessThan(200);
    accepted.connection.resume?.();
    await stage.hub.until(() => accepted.received.length === 1_000);
    expect(accepted.received.every((message) => message.ok)).toBe(true);
  });

  it("P-FRAME-1 B8: fragments with a ping between them are one message, and the ping is answered first", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    const text = JSON.stringify(HELLO);
    socket.send(OPCODE.text, text.slice(0, 5), { fin: false });
    socket.send(OPCODE.ping, "still there?");
    socket.send(OPCODE.continuation, text.slice(5));
    await stage.hub.until(() => accepted.received.length === 1);
    expect(accepted.received).toEqual([ok(HELLO)]);
    expect(await socket.frame()).toEqual({
      fin: true,
      opcode: OPCODE.pong,
      payload: Buffer.from("still there?"),
    });
  });

  it("P-FRAME-3 P-FRAME-4 B8: an empty frame is ignored; what is no JSON object or binary is a bad message that is counted", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    socket.send(OPCODE.text, "");
    socket.send(OPCODE.text, "{");
    socket.send(OPCODE.text, "[]");
    socket.send(OPCODE.binary, JSON.stringify(HELLO));
    socket.say(HELLO);
    await stage.hub.until(() => accepted.received.length === 4);
    const bad = { ok: false, error: expect.objectContaining({ code: "bad_message", notAnObject: true }) };
    expect(accepted.received).toEqual([bad, bad, bad, ok(HELLO)]);
  });

  it("D10 P-SOCK-3: whom the upgrade vouches for is told with the connection; who brings nothing is nobody yet", async () => {
    const ada = { user: "ada" };
    await using stage = await WsStage.start({ policy: { authenticate: () => ok(ada) } });
    await stage.open({ Authorization: "Bearer good" });
    expect((await stage.hub.newest()).connection.identity).toEqual(ada);
    await stage.open();
    await stage.hub.until(() => stage.hub.accepted.length === 2);
    expect((await stage.hub.newest()).connection.identity).toBeUndefined();
  });

  it("A10 A11: opcode 8 ends the connection with its code and reason, and is answered", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    socket.send(OPCODE.close, closePayload(4321, "my own reason"));
    expect(await socket.closeFrame()).toEqual({ code: 4321, reason: "my own reason" });
    await stage.hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends).toEqual([{ code: 4321, reason: "my own reason" }]);
  });

  it("A10: opcode 8 without a code is 1005, a reset 1006", async () => {
    await using stage = await WsStage.start();
    const polite = await stage.open();
    const first = await stage.hub.newest();
    polite.send(OPCODE.close, "");
    await stage.hub.until(() => first.ends.length > 0);
    expect(first.ends).toEqual([{ code: 1005, reason: "" }]);
    const rude = await stage.open();
    const second = await stage.hub.newest();
    rude.tcp.resetAndDestroy();
    await stage.hub.until(() => second.ends.length > 0);
    expect(second.ends).toEqual([{ code: 1006, reason: "" }]);
  });
});

describe("what is said", () => {
  it("W-2: frames go out as they are, in their order, with the close behind them", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const { connection } = await stage.hub.newest();
    connection.send(Buffer.concat([textFrame("one"), textFrame("two")]));
    connection.send(textFrame("x".repeat(70_000)));
    connection.close("kicked");
    connection.send(textFrame("too late"));
    expect((await socket.frame())?.payload.toString()).toBe("one");
    expect((await socket.frame())?.payload.toString()).toBe("two");
    expect((await socket.frame())?.payload).toHaveLength(70_000);
    expect(await socket.closeFrame()).toEqual({
      code: 4506,
      reason: "removed by an operator or the application",
    });
    socket.send(OPCODE.close, closePayload(4506));
    await socket.ended();
  });

  it("T10: what a peer does not take is counted", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    socket.tcp.pause();
    const { connection } = await stage.hub.newest();
    const frame = textFrame("x".repeat(60_000));
    // The kernel takes a few megabytes before it lets the server wait.
    for (let sent = 0; sent < 200; sent += 1) connection.send(frame);
    expect(connection.bufferedBytes).toBeGreaterThan(1024 * 1024);
  });
});

describe("what bounds a socket", () => {
  const bytes = (length: number): string => "x".repeat(length);

  it.each([
    ["a whole message before hello", [clientFrame(OPCODE.text, bytes(16 * 1024 + 1))]],
    ["the announcement of one before hello", [clientFrame(OPCODE.text, "", { announced: 16n * 1024n + 1n })]],
    [
      "fragments before hello",
      [
        clientFrame(OPCODE.text, bytes(9_000), { fin: false }),
        clientFrame(OPCODE.continuation, bytes(9_000)),
      ],
    ],
    ["a length of 2^63", [clientFrame(OPCODE.text, "", { announced: 2n ** 63n })]],
    [
      "64 KiB and one byte after hello",
      [clientFrame(OPCODE.text, JSON.stringify(HELLO)), clientFrame(OPCODE.text, bytes(64 * 1024 + 1))],
    ],
  ])("P-FRAME-7 T5: %s closes with 1009", async (_, frames) => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    for (const frame of frames) socket.write(frame);
    expect(await socket.closeFrame()).toMatchObject({ code: 1009 });
    await stage.hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 1009 });
  });

  it.each([
    ["before hello", []],
    ["after it", [clientFrame(OPCODE.text, JSON.stringify(HELLO))]],
  ])(
    "P-FRAME-7: what was answered goes out before the close for what is too large, %s",
    async (_, frames) => {
      await using stage = await WsStage.start();
      const socket = await stage.open();
      const accepted = await stage.hub.newest();
      accepted.onEnded = () => {
        accepted.connection.send(textFrame("answers of this turn"));
      };
      socket.write(Buffer.concat([...frames, clientFrame(OPCODE.text, bytes(64 * 1024 + 1))]));
      expect((await socket.frame())?.payload.toString()).toBe("answers of this turn");
      expect(await socket.closeFrame()).toMatchObject({ code: 1009 });
    },
  );

  it("P-FRAME-7 T5: 16 KiB before hello and 64 KiB after it are taken, also in one go", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    const hello = JSON.stringify({ ...HELLO, filler: "" });
    const filled = hello.replace('""', `"${bytes(16 * 1024 - hello.length)}"`);
    socket.write(
      Buffer.concat([clientFrame(OPCODE.text, filled), clientFrame(OPCODE.text, bytes(64 * 1024))]),
    );
    await stage.hub.until(() => accepted.received.length === 2);
    expect(accepted.received[0]?.ok).toBe(true);
    expect(accepted.ends).toEqual([]);
  });

  it.each([
    [
      "64 fragments and one",
      1008,
      Array.from({ length: 65 }, (_, index) => clientFrame(index === 0 ? 1 : 0, "x", { fin: false })),
    ],
    [
      "empty fragments without end",
      1008,
      Array.from({ length: 65 }, (_, index) => clientFrame(index === 0 ? 1 : 0, "", { fin: false })),
    ],
    ["RSV1", 1002, [clientFrame(OPCODE.text, "{}", { rsv1: true })]],
    ["an unmasked frame", 1002, [clientFrame(OPCODE.text, "{}", { masked: false })]],
    ["an unknown opcode", 1002, [clientFrame(3, "{}")]],
    ["a continuation of nothing", 1002, [clientFrame(OPCODE.continuation, "{}")]],
    ["broken UTF-8", 1007, [clientFrame(OPCODE.text, Buffer.from([0x7b, 0xff, 0x7d]))]],
    ["a close code that no one may send", 1002, [clientFrame(OPCODE.close, closePayload(1005))]],
  ])("P-FRAME-1 P-SOCK-13 T6 T7: %s closes with %i", async (_, code, frames) => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    socket.write(Buffer.concat(frames));
    expect(await socket.closeFrame()).toMatchObject({ code });
    await stage.hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code });
    expect(accepted.received).toEqual([]);
  });

  it.each([
    ["fragments", clientFrame(OPCODE.text, "{", { fin: false })],
    ["a frame", clientFrame(OPCODE.text, "{", { announced: 2n })],
    ["a header", clientFrame(OPCODE.text, "{}").subarray(0, 1)],
  ])(
    "P-FRAME-1 T6: a message of which %s comes and then nothing ends the socket after 10 s",
    async (_, beginning) => {
      const clock = new ManualClock();
      await using stage = await WsStage.start({ clock });
      const socket = await stage.open();
      const accepted = await stage.hub.newest();
      socket.write(beginning);
      await untilTimers(clock, 2);
      clock.advance(9_999);
      expect(accepted.ends).toEqual([]);
      clock.advance(1);
      expect(accepted.ends).toEqual([{ code: 1008, reason: "a message was not complete in time" }]);
      expect(await socket.closeFrame()).toMatchObject({ code: 1008 });
    },
  );

  it("P-FRAME-1 T6: what is under way on one socket has nothing to do with what is on another", async () => {
    const clock = new ManualClock();
    await using stage = await WsStage.start({ clock });
    const sockets = [await stage.open(), await stage.open()];
    const frame = clientFrame(OPCODE.text, JSON.stringify(HELLO));
    for (const socket of sockets) socket.write(frame.subarray(0, 9));
    await untilTimers(clock, 2);
    for (const [index, socket] of sockets.entries()) {
      socket.write(frame.subarray(9));
      await stage.hub.until(() => stage.hub.accepted[index]?.received.length === 1);
    }
    clock.advance(10_000);
    expect(stage.hub.accepted.flatMap(({ ends }) => ends)).toEqual([]);
  });

  it("P-SOCK-8 T8: a flood of pings closes with 4429", async () => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    for (let ping = 0; ping < 101; ping += 1) {
      socket.send(OPCODE.ping, "");
      // Each is answered before the next, or ws itself ends a peer that takes no pongs.
      if (ping < 100) expect((await socket.frame())?.opcode).toBe(OPCODE.pong);
    }
    expect(await socket.closeFrame()).toMatchObject({ code: 4429 });
    await stage.hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 4429, reason: "too many frames that say nothing" });
  });

  it.each([
    ["pongs that nobody waits for", OPCODE.pong],
    ["empty texts", OPCODE.text],
  ] as const)("P-SOCK-8 T8: so does a flood of %s", async (_, opcode) => {
    await using stage = await WsStage.start();
    const socket = await stage.open();
    for (let frame = 0; frame < 101; frame += 1) socket.send(opcode, "");
    expect(await socket.closeFrame()).toMatchObject({ code: 4429 });
  });
});

describe("how a socket ends", () => {
  it("P-SOCK-11 T9: a peer that answers no ping is cut, TCP and all, and the hub is told why", async () => {
    const clock = new ManualClock();
    await using stage = await WsStage.start({ clock, heartbeatMs: 25_000 });
    const socket = await stage.open();
    const accepted = await stage.hub.newest();
    clock.advance(25_000);
    expect((await socket.frame())?.opcode).toBe(OPCODE.ping);
    clock.advance(8_000);
    await socket.ended();
    expect(accepted.ends[0]).toEqual({ code: 1006, reason: "no pong came in time" });
  });

  it("P-SOCK-10 T3: a socket that is closed and whose peer never answers is cut within 2 s, TCP and all", async () => {
    const closeTimeoutMs = 50;
    await using stage = await WsStage.start({ closeTimeoutMs });
    const socket = await stage.open({}, true);
    const accepted = await stage.hub.newest();
    accepted.connection.close("helloTimeout");
    expect(await socket.closeFrame()).toMatchObject({ code: 4408 });
    await stage.hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 1006 });
    await socket.ended();
  });

  it("T3: a peer that ends its side and takes nothing any more is cut as well", async () => {
    const clock = new ManualClock();
    await using stage = await WsStage.start({ clock });
    const socket = await stage.open({}, true);
    const accepted = await stage.hub.newest();
    socket.tcp.pause();
    const frame = textFrame("x".repeat(60_000));
    for (let sent = 0; sent < 200; sent += 1) accepted.connection.send(frame);
    socket.tcp.end();
    await untilTimers(clock, 2);
    clock.advance(2_000);
    await stage.hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 1006 });
  });

  it("A7 A9: when the adapter closes, it waits for the last socket", async () => {
    await using stage = await WsStage.start();
    const sockets = [await stage.open(), await stage.open()];
    let none = false;
    const closed = stage.adapter.close().then(() => (none = true));
    for (const { connection } of stage.hub.accepted) connection.close("restart");
    sockets[0]?.destroy();
    await stage.hub.until(() => stage.hub.accepted[0]?.ends.length === 1);
    expect(none).toBe(false);
    expect(await sockets[1]?.closeFrame()).toMatchObject({ code: 1012 });
    sockets[1]?.destroy();
    await closed;
  });
});

/** The heartbeat has one timer; whatever else is watched has the next. */
async function untilTimers(clock: ManualClock, count: number): Promise<void> {
  while (clock.pendingTimers < count) await new Promise((resolve) => setImmediate(resolve));
}
