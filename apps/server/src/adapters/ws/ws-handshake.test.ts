/** What is asked of an upgrade before the 101, over real sockets. */
import { ManualClock } from "@roomcast/hub/testing";
import { describe, expect, it } from "vitest";

import { openPlaces } from "../../../test/open-places.ts";
import { WsStage } from "../../../test/ws-stage.ts";

describe("the handshake", () => {
  it("P-SOCK-1 D12: the subprotocol roomcast.v1 is spoken when offered, alone or among others", async () => {
    await using stage = await WsStage.start();
    expect(await stage.upgrade({ "Sec-WebSocket-Protocol": "roomcast.v1" })).toContain(
      "Sec-WebSocket-Protocol: roomcast.v1",
    );
    expect(await stage.upgrade({ "Sec-WebSocket-Protocol": "chat, roomcast.v1" })).toContain(
      "Sec-WebSocket-Protocol: roomcast.v1",
    );
  });

  it("P-SOCK-1 D12: without a subprotocol none is named", async () => {
    await using stage = await WsStage.start();
    const head = await stage.upgrade({});
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(head).not.toContain("Sec-WebSocket-Protocol");
  });

  it("P-SOCK-1 D12: any other subprotocol is refused before the 101", async () => {
    await using stage = await WsStage.start();
    const answer = await stage.upgrade({ "Sec-WebSocket-Protocol": "chat" });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"protocol_unsupported"');
    expect(stage.hub.accepted).toEqual([]);
  });

  it.each(["https://evil.example", "null", "http://127.0.0.1.evil.example", "file://", "127.0.0.1"])(
    "P-SOCK-2 T1: the foreign origin %s gets 403 before the 101, with the reason to read",
    async (origin) => {
      await using stage = await WsStage.start();
      const answer = await stage.upgrade({ Origin: origin });
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('"code":"forbidden"');
      expect(stage.hub.accepted).toEqual([]);
    },
  );

  it("T1: the server's own origin and loopback ones are let in", async () => {
    await using stage = await WsStage.start();
    const own = { Host: "chat.example", Origin: "https://chat.example" };
    for (const headers of [
      own,
      { Origin: "http://localhost:5173" },
      { Origin: `http://127.0.0.1:${stage.port}` },
    ]) {
      expect(await stage.upgrade(headers)).toMatch(/^HTTP\/1\.1 101 /);
    }
  });

  it("T1: a proxy's visitor without an Origin needs a token", async () => {
    await using stage = await WsStage.start();
    const behindProxy = { "X-Forwarded-For": "203.0.113.9" };
    expect(await stage.upgrade(behindProxy)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await stage.upgrade({ ...behindProxy, Authorization: "Bearer good" })).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("P-SOCK-3 D10: a bad token is refused before the 101, a broken Authorization too", async () => {
    await using stage = await WsStage.start();
    for (const authorization of ["Bearer bad", "Basic dXNlcjpwYXNz", "Bearer"]) {
      const answer = await stage.upgrade({ Authorization: authorization });
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer).toContain("WWW-Authenticate: Bearer");
    }
    expect(stage.hub.accepted).toEqual([]);
  });

  it("T3: a token that takes too long to check ends the handshake after 5 s", async () => {
    const clock = new ManualClock();
    let asked: () => void = () => {};
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const never = { authenticate: () => (asked(), new Promise<never>(() => {})) };
    await using stage = await WsStage.start({ clock, policy: never });
    const answer = stage.upgrade({ Authorization: "Bearer slow" });
    await asking;
    clock.advance(5_000);
    expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
  });

  it("D10: a policy that throws is a fault of the server's, and the server lives", async () => {
    const faults: unknown[] = [];
    const broken = {
      authenticate: () => {
        throw new Error("broken");
      },
    };
    await using stage = await WsStage.start({ policy: broken, onFault: (error) => faults.push(error) });
    expect(await stage.upgrade({ Authorization: "Bearer x" })).toMatch(/^HTTP\/1\.1 503 /);
    expect(faults).toEqual([new Error("broken")]);
    expect(await stage.upgrade({})).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("W-5: one address gets so many sockets and no more, until one of them ends", async () => {
    await using stage = await WsStage.start({ places: openPlaces({ connectionsPerAddress: 2 }) });
    const first = await stage.open();
    await stage.open();
    for (const { connection } of stage.hub.accepted) connection.greeted?.();
    const refused = await stage.upgrade({});
    expect(refused).toMatch(/^HTTP\/1\.1 429 [^]*\r\nRetry-After: 5\r\n/);
    first.destroy();
    await stage.hub.until(() => stage.hub.accepted[0]?.ends.length === 1);
    expect(await stage.upgrade({})).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("R-LIMIT-STRANGERS: who says nothing makes way for who comes later", async () => {
    await using stage = await WsStage.start({ places: openPlaces({ connectionsPerAddress: 2 }) });
    const silent = await stage.open();
    await stage.open();
    stage.hub.accepted[1]?.connection.greeted?.();
    await stage.open();
    expect(await silent.closeFrame()).toMatchObject({ code: 4429 });
    expect(stage.hub.accepted.map(({ ends }) => ends)).toEqual([
      [{ code: 4429, reason: "no hello, and others wait" }],
      [],
      [],
    ]);
  });

  it("R-LIMIT-STRANGERS: a handshake that comes to nothing takes no place", async () => {
    const places = openPlaces();
    await using stage = await WsStage.start({ places });
    (await stage.open()).destroy();
    await stage.hub.until(() => stage.hub.accepted[0]?.ends.length === 1);
    const bad = [
      { "Sec-WebSocket-Key": "" },
      { "Sec-WebSocket-Protocol": "x" },
      { Origin: "https://evil.example" },
    ];
    for (const headers of bad) expect(await stage.upgrade(headers)).toMatch(/^HTTP\/1\.1 40/);
    await expect.poll(() => places.size).toBe(0);
  });

  it.each([
    ["no key", { "Sec-WebSocket-Key": "" }],
    ["two keys", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==" }],
    ["an old version", { "Sec-WebSocket-Version": "7" }],
    ["another upgrade", { Upgrade: "websocket, websocket" }],
  ])("T4: %s is answered by 400, and the server lives", async (_, headers) => {
    await using stage = await WsStage.start();
    expect(await stage.upgrade(headers)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await stage.upgrade({})).toMatch(/^HTTP\/1\.1 101 /);
  });
});
