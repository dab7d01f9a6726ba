/** The proxy that the network matrix stands on: what it is told to do to a connection, it does. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { ChaosProxy, type Route } from "../harness/chaos-proxy.ts";
import { until } from "../harness/until.ts";

describe("the chaos proxy", () => {
  let target: Server;
  let targetPort: number;
  const accepted: Socket[] = [];
  const received: Buffer[] = [];

  beforeEach(async () => {
    accepted.length = received.length = 0;
    target = createServer((socket) => {
      accepted.push(socket);
      socket.on("data", (chunk: Buffer) => received.push(chunk));
      socket.on("error", () => undefined);
    });
    target.listen(0, "127.0.0.1");
    await once(target, "listening");
    targetPort = (target.address() as AddressInfo).port;
  });
  afterEach(() => {
    for (const socket of accepted) socket.destroy();
    target.close();
  });

  const through = async (
    route: Route,
  ): Promise<{ proxy: ChaosProxy; client: Socket; ended: () => string | undefined }> => {
    const proxy = await ChaosProxy.open(targetPort, () => route);
    const client = connect(proxy.port, "127.0.0.1");
    let end: string | undefined;
    client.on("error", (error: NodeJS.ErrnoException) => (end = error.code));
    client.on("end", () => (end ??= "end"));
    await once(client, "connect");
    await until("the target has accepted", () => accepted.length === 1);
    return { proxy, client, ended: () => end };
  };
  const text = (): string => Buffer.concat(received).toString();

  it("hands on all bytes in order, both ways, in slices of one byte", async () => {
    const { proxy, client } = await through({ up: { sliceBytes: 1 }, down: { sliceBytes: 1 } });
    client.write("from the client");
    await until("all has come", () => text() === "from the client");
    expect(received.length).toBeGreaterThan(5);
    let back = "";
    client.on("data", (chunk: Buffer) => (back += chunk.toString()));
    accepted[0]!.end("from the server");
    await once(client, "end");
    expect(back).toBe("from the server");
    client.destroy();
    await proxy[Symbol.asyncDispose]();
  });

  it.each([0, 1, 7])("cuts with a reset after exactly %i bytes, on both sides", async (cutAfterBytes) => {
    const { proxy, client, ended } = await through({ up: { cutAfterBytes, cutBy: "reset" }, down: {} });
    client.write("0123456789");
    await until("the client is cut off", () => ended() === "ECONNRESET");
    await until("the target is cut off", () => accepted[0]!.closed);
    expect(text()).toBe("0123456789".slice(0, cutAfterBytes));
    await proxy[Symbol.asyncDispose]();
  });

  it("ends in an orderly way after exactly so many bytes", async () => {
    const { proxy, client, ended } = await through({ up: {}, down: { cutAfterBytes: 4, cutBy: "end" } });
    let back = "";
    client.on("data", (chunk: Buffer) => (back += chunk.toString()));
    accepted[0]!.write("0123456789");
    await until("the client is told", () => ended() === "end");
    expect(back).toBe("0123");
    await proxy[Symbol.asyncDispose]();
  });

  it("stalls one way after so many bytes, leaves the other alone, and goes on when it heals", async () => {
    const { proxy, client } = await through({ up: { stallAfterBytes: 3 }, down: {} });
    let back = "";
    client.on("data", (chunk: Buffer) => (back += chunk.toString()));
    client.write("0123456789");
    await until("some has come", () => text() === "012");
    accepted[0]!.write("unharmed");
    await until("the other way is open", () => back === "unharmed");
    expect(text()).toBe("012");
    proxy.heal();
    await until("the rest has come", () => text() === "0123456789");
    await proxy[Symbol.asyncDispose]();
  });

  it("makes a writer feel what a stalled reader does not take", async () => {
    const { proxy, client } = await through({ up: { stallAfterBytes: 0 }, down: {} });
    for (let sent = 0; sent < 400; sent++) client.write(Buffer.alloc(64 * 1024));
    await until("the writer is stuck", () => client.writableLength > 1024 * 1024);
    const stuck = client.writableLength;
    proxy.heal();
    await until("it goes on", () => client.writableLength < stuck / 2);
    client.destroy();
    await proxy[Symbol.asyncDispose]();
  });

  it("delays by its latency, and no faster than its bandwidth", async () => {
    const { proxy, client } = await through({
      up: { latencyMs: 30, bytesPerSecond: 1_000, sliceBytes: 10 },
      down: {},
    });
    const startedAt = performance.now();
    client.write("0123456789".repeat(5));
    await until("all has come", () => text().length === 50);
    expect(performance.now() - startedAt).toBeGreaterThan(30 + 40 - 5);
    await proxy[Symbol.asyncDispose]();
  });
});
