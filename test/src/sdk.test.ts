/** Rows A12, A14, A15 and the promise itself, by the SDK against a server that is killed and started again. */
import { type Client, connect } from "@roomcast/client";
import { events, type Events } from "@roomcast/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../harness/bare-client.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

describe("the SDK", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = (name: string): Client<Events> => connect(server.http, { contract: events, name });
  const connected = (client: Client<Events>): Promise<void> =>
    until(`${client.status.state} becomes connected`, () => client.status.state === "connected");

  it("A12 A14 A15: a killed server is noticed, every attempt is told, and the client comes back as itself", async () => {
    const client = open("Ada");
    const states: string[] = [];
    const attempts: string[] = [];
    client.onStatus(({ state }) => states.push(state));
    client.onAttempt(({ outcome }) => attempts.push(outcome));
    client.room("sdk");
    await connected(client);
    const before = client.clientId;
    await server.kill();
    await until("the end is noticed", () => client.status.state === "reconnecting");
    await until("an attempt has failed", () => attempts.includes("failed"));
    await server.boot();
    client.retryNow();
    await connected(client);
    expect(client.clientId).toBe(before);
    expect(attempts.at(-1)).toBe("opened");
    expect(states).toContain("reconnecting");
    client.disconnect();
    expect(client.status.state).toBe("disconnected");
  });

  it("S1 S2 S3: what was published while one was away and the server died comes once, in order", async () => {
    const reader = open("Reader");
    const room = reader.room("promise");
    const heard: [number | undefined, string][] = [];
    const gaps: string[] = [];
    room.on("message", ({ offset, data }) => heard.push([offset, data.text]));
    room.onGap(({ reason }) => gaps.push(reason));
    await connected(reader);
    const writer = await BareClient.join(server.ws, { join: [{ room: "promise" }] });
    await writer.publish("promise", "message", { text: "1" });
    await until("it is heard", () => heard.length === 1);
    reader.disconnect();
    for (const text of ["2", "3"]) await writer.publish("promise", "message", { text });
    await server.kill();
    await server.boot();
    const second = await BareClient.join(server.ws, { join: [{ room: "promise" }] });
    await second.publish("promise", "message", { text: "4" });
    reader.connect();
    await until("all is heard", () => heard.length >= 4);
    await second.publish("promise", "message", { text: "5" });
    await until("the last is heard", () => heard.length >= 5);
    expect(heard).toEqual([1, 2, 3, 4, 5].map((offset) => [offset, String(offset)]));
    expect(gaps).toEqual([]);
    reader.disconnect();
    await second.close();
  });

  it("a publish made while the server is down is kept, sent later, and kept once", async () => {
    const client = open("Offline");
    const room = client.room("offline");
    await connected(client);
    await server.kill();
    const sent = Promise.all(["a", "b", "c"].map((text) => room.publish("message", { text })));
    await until("the end is noticed", () => client.status.state === "reconnecting");
    await server.boot();
    client.retryNow();
    expect((await sent).map((result) => result.ok && result.position?.offset)).toEqual([1, 2, 3]);
    const page = await room.history({});
    expect(page.ok && page.value.events.map(({ data }) => data)).toEqual([
      { text: "a" },
      { text: "b" },
      { text: "c" },
    ]);
    client.disconnect();
  });
});
