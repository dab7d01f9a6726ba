/** Rows B10, B11, D6, D7, D8: Roomcast as a library, in an http server that has routes and sockets of its own. */
import { connect } from "@roomcast/client";
import { events } from "@roomcast/protocol";
import { answer, change, createServer, type RoomcastServer, refuse } from "@roomcast/server";
import { once } from "node:events";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { BareClient } from "../harness/bare-client.ts";
import { until } from "../harness/until.ts";

describe("embedding", () => {
  let http: Server;
  let roomcast: RoomcastServer;
  let other: WebSocketServer;
  let origin: string;

  beforeAll(async () => {
    http = createHttpServer((request, response) => {
      if (request.url === "/deploys") {
        void roomcast.rooms
          .get("general")
          .publish("message", { text: "deployed" })
          .then((published) => response.end(JSON.stringify(published)));
      } else if (request.url === "/mine") response.end("my own page");
    });
    other = new WebSocketServer({ noServer: true });
    other.on("connection", (socket) => {
      socket.send("not Roomcast");
    });
    http.on("upgrade", (request, socket, head) => {
      if (request.url === "/other")
        other.handleUpgrade(request, socket, head, (ws) => other.emit("connection", ws, request));
    });
    roomcast = await createServer({
      server: http,
      store: "memory",
      log: "silent",
      handlers: {
        message({ data, from }) {
          if (data.text === "bad") return refuse("not in this house");
          if (data.text === "whoami") return answer({ you: from.user });
          if (data.text.startsWith("loud ")) return change({ ...data, text: data.text.toUpperCase() });
        },
      },
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    origin = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await roomcast.close();
    other.close();
    await new Promise((resolve) => http.close(resolve));
  });

  const join = (room: string): Promise<BareClient> =>
    BareClient.join(`ws://${origin}/v1/ws`, { join: [{ room }] });

  it("D6: its own routes, Roomcast's and the sockets share one port", async () => {
    expect(await (await fetch(`http://${origin}/mine`)).text()).toBe("my own page");
    expect((await fetch(`http://${origin}/healthz`)).ok).toBe(true);
    const client = await join("D6");
    expect(client.welcome.type).toBe("welcome");
    await client.close();
  });

  it("D7: another WebSocketServer on another path takes its own upgrades, and only those", async () => {
    const socket = new WebSocket(`ws://${origin}/other`);
    const [said] = await new Promise<[Buffer]>((resolve) =>
      socket.once("message", (data: Buffer) => resolve([data])),
    );
    expect(said.toString()).toBe("not Roomcast");
    socket.close();
    const client = await join("D7");
    expect(client.all("joined")).toHaveLength(1);
    await client.close();
  });

  it("D8: any route publishes into a room", async () => {
    const client = await join("general");
    const published = (await (await fetch(`http://${origin}/deploys`)).json()) as { ok: boolean };
    expect(published.ok).toBe(true);
    const event = await client.hear("event");
    expect(event).toMatchObject({ data: { text: "deployed" }, from: { clientId: null, user: "server" } });
    await client.close();
  });

  it("R-DELETE S1 S3: a room that the application deletes is a gap to the SDK, and goes on from 1", async () => {
    const room = roomcast.rooms.get("deleted");
    const client = connect(`http://${origin}`, { contract: events, name: "Ada" });
    const told: string[] = [];
    const ada = client.room("deleted");
    ada.on("message", ({ data, offset }) => told.push(`${offset} ${data.text}`));
    ada.onGap(({ reason, position }) => told.push(`${reason}, now at ${position.offset}`));
    await until("Ada is in", () => ada.status.state === "joined");
    await room.publish("message", { text: "before" });
    await Promise.all([room.delete(), room.publish("message", { text: "after" })]);
    await until("it goes on", () => told.length > 2);
    expect(await ada.publish("message", { text: "by Ada" })).toMatchObject({ position: { offset: 2 } });
    expect(told).toEqual(["1 before", expect.stringMatching(/^recreated/), "1 after", "2 by Ada"]);
    client.disconnect();
  });

  it("B10 B11: an application's handler refuses, changes and answers, and knows no transport", async () => {
    const [ada, bob] = [await join("B10"), await join("B10")];
    ada.say({ type: "publish", id: "bad", room: "B10", event: "message", data: { text: "bad" } });
    expect(await ada.hear("error")).toMatchObject({
      id: "bad",
      code: "forbidden",
      message: "not in this house",
    });
    const answered = await ada.publish("B10", "message", { text: "whoami" });
    expect(answered.answer).toEqual({ you: `guest:${ada.id}` });
    expect(answered.position).toBeUndefined();
    await ada.publish("B10", "message", { text: "loud and clear" });
    await until("Bob hears it", () => bob.texts("B10").length > 0);
    expect(bob.texts("B10")).toEqual(["LOUD AND CLEAR"]);
    const overHttp = await fetch(`http://${origin}/v1/rooms/B10/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ event: "message", data: { text: "bad" } }),
    });
    expect(overHttp.status).toBe(403);
    await Promise.all([ada.close(), bob.close()]);
  });
});

describe("an https server of yours", () => {
  // A key that both know: encryption without a certificate, which nobody could make here.
  const key = Buffer.from("a key that both know, for a test");
  const mine = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
  const theirs = {
    ...mine,
    pskCallback: () => ({ psk: key, identity: "ada" }),
    checkServerIdentity: () => undefined,
  };

  it("D6 R-EXPEL: a room works over it by sockets and requests, and who is kicked is out", async () => {
    const https = createHttpsServer({ ...mine, pskCallback: () => key });
    const roomcast = await createServer({ server: https, store: "memory", log: "silent" });
    await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
    expect(roomcast.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const room = `${roomcast.url}/v1/rooms/general/events`;
    const ada = await BareClient.join(`${roomcast.url.replace("http", "ws")}/v1/ws`, {}, theirs);
    const headers = { "Content-Type": "application/json" };
    const asked = httpsRequest(room, { ...theirs, method: "POST", headers });
    asked.end('{"event":"message","data":{"text":"by a request"}}');
    const [answer] = (await once(asked, "response")) as [{ statusCode: number; resume: () => void }];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    await ada.publish("general", "message", { text: "by a socket" });
    await until("both are heard", () => ada.texts("general").length === 2);
    expect(ada.texts("general")).toEqual(["by a request", "by a socket"]);
    expect(roomcast.hub.kick(ada.id)).toBe(true);
    await until("she is out", () => ada.ended !== undefined);
    await roomcast.close();
    https.closeAllConnections();
    await new Promise((resolve) => https.close(resolve));
  });
});
