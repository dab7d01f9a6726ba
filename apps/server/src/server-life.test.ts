/** A server from its start to its end: on a port or in a server of yours, what stops it from starting, and how it goes. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, get, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";

import { BareSocket } from "../test/bare-socket.ts";
import { member, next, portOf, QUIET, started } from "../test/library.ts";
import { createServer, StartError } from "./index.ts";

/** By a TCP connection of its own, as browsers may and Node's Socket.IO client does. */
async function getAlone(
  url: string,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const [response] = (await once(get(url, { agent: false }), "response")) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

describe("the life of a server", () => {
  it.each(["memory", "sqlite"] as const)(
    "W-14 P-DRAIN-1 P-SIO-9: who polls is told by the next poll, and who comes new is refused (%s)",
    async (store) => {
      const dataDir = mkdtempSync(join(tmpdir(), "roomcast-"));
      const server = await started({ store, dataDir });
      const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await getAlone(url)).body.slice(1)) as { sid: string };
      await fetch(`${url}&sid=${sid}`, { method: "POST", body: "40" });
      let heard = "";
      while (!heard.includes('"joined"')) heard += (await getAlone(`${url}&sid=${sid}`)).body;
      const closing = server.close();
      await expect.poll(async () => (await getAlone(url)).status).toBe(503);
      expect((await getAlone(`${server.url}/readyz`)).status).toBe(503);
      expect((await getAlone(`${server.url}/v1/rooms/general/stream`)).body).toContain("closed with 1012");
      const last = (await getAlone(`${url}&sid=${sid}`)).body;
      expect(last).toMatch(/42\["drain",\{.*"reconnectAfterMs":\d+.*42\["error",\{"closeCode":1012,/);
      // Apart from events, which a stock client would otherwise hear again when it is back.
      expect((await getAlone(`${url}&sid=${sid}`)).body).toBe("6\x1e1");
      await closing;
      await expect(getAlone(url)).rejects.toThrow("ECONNREFUSED");
      rmSync(dataDir, { recursive: true });
    },
  );

  it("W-14: closing tells every client, ends every socket and answers no more", async () => {
    const server = await started();
    const ada = await member(server);
    const { url } = server;
    const closing = server.close();
    expect(await next(ada, "drain")).toMatchObject({ reconnectAfterMs: expect.any(Number) });
    expect(await ada.closeFrame()).toMatchObject({ code: 1012 });
    ada.destroy();
    await closing;
    await expect(fetch(url)).rejects.toThrow();
    await server.close();
  });

  it("W-ENDS P-SESS-5: who comes back while a crowd goes, before its own end has had its turn, is itself and stays", async () => {
    const server = await started();
    const open = (): Promise<BareSocket> => BareSocket.open(portOf(server));
    const crowd = [];
    for (let index = 0; index < 500; index += 1) crowd.push(await open());
    const [ada, again] = [await open(), await open()];
    ada.say({ type: "hello", protocol: 1 });
    const { clientId, resume } = await next(ada, "welcome");
    for (const { tcp } of [...crowd, ada]) tcp.destroy();
    again.say({ type: "hello", protocol: 1, resume });
    expect(await next(again, "welcome")).toMatchObject({ clientId, resumed: true });
    // Her first socket is one of those that wait, or there was no crowd.
    expect(server.hub.counts().connections).toBeGreaterThan(64);
    await expect.poll(() => server.hub.counts()).toMatchObject({ connections: 1, sessions: 1 });
    again.say({ type: "publish", id: "1", room: "general", event: "message", data: { text: "here" } });
    expect(await next(again, "ack")).toMatchObject({ id: "1" });
  });

  it("H-5: readyz says no as soon as the server drains", async () => {
    const http = createHttpServer();
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const server = await createServer({ ...QUIET, server: http });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.hub.drain();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await server.close();
    http.closeAllConnections();
    http.close();
  });

  it("D6 D29: in a server of yours it takes its own, gives the rest to you, and leaves the server open", async () => {
    const http = createHttpServer((request, response) => response.end(`mine: ${request.url}`));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const server = await createServer({ ...QUIET, server: http });
    expect(server.url).toBe(origin);
    const ada = await member(server);
    expect(await (await fetch(`${origin}/v1/rooms`)).json()).toEqual({
      rooms: [{ room: "general", count: 1 }],
    });
    expect(await (await fetch(`${origin}/`)).text()).toBe("mine: /");
    const closing = server.close();
    expect(await ada.closeFrame()).toMatchObject({ code: 1012 });
    ada.destroy();
    await closing;
    expect(await (await fetch(`${origin}/v1/rooms`)).text()).toBe("mine: /v1/rooms");
    http.closeAllConnections();
    http.close();
  });

  it("D29: as a request handler it calls next for what is not its own", async () => {
    const server = await createServer(QUIET);
    onTestFinished(() => server.close());
    const http = createHttpServer((request, response) => {
      if (request.url === "/bare") server.requestHandler(request, response);
      else server.requestHandler(request, response, () => response.end("next"));
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    expect(await (await fetch(`${origin}/v1/rooms`)).json()).toEqual({ rooms: [] });
    expect(await (await fetch(`${origin}/else`)).text()).toBe("next");
    expect((await fetch(`${origin}/bare`)).status).toBe(404);
    http.closeAllConnections();
    http.close();
  });

  it("W-8: a port in use is a StartError of one sentence", async () => {
    const taken = createTcpServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const server = await createServer({ ...QUIET, port });
    onTestFinished(() => server.close());
    await expect(server.listen()).rejects.toThrow(
      new StartError(`Port ${port} on 127.0.0.1 is in use: end what listens there, or set PORT to another.`),
    );
    taken.close();
  });

  it.each(["192.0.2.1", "no-such-host.invalid"])("W-8: %s is no address to listen on", async (host) => {
    const server = await createServer({ ...QUIET, host });
    onTestFinished(() => server.close());
    await expect(server.listen()).rejects.toThrow(/HOST/);
  });

  it("W-8: a folder that cannot be one is a StartError that names it", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "roomcast-server-"));
    const file = join(scratch, "file");
    writeFileSync(file, "");
    const opening = createServer({ ...QUIET, store: "sqlite", dataDir: join(file, "data") });
    await expect(opening).rejects.toThrow(StartError);
    await expect(opening).rejects.toThrow(file);
    rmSync(scratch, { recursive: true });
  });

  it("H-ADMIN-AUDIT: a file that cannot be written is a StartError, and the store is free again", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "roomcast-server-"));
    const options = { ...QUIET, store: "sqlite", dataDir } as const;
    const opening = createServer({ ...options, auditFile: dataDir });
    await expect(opening).rejects.toThrow(new RegExp(`^The audit file ${dataDir} cannot be written: .*\\.$`));
    const server = await createServer(options);
    await server.rooms.get("general").delete();
    await server.close();
    const [line = ""] = readFileSync(join(dataDir, "audit.jsonl"), "utf8").split("\n");
    rmSync(dataDir, { recursive: true });
    expect(JSON.parse(line)).toMatchObject({ act: "delete", as: "application", room: "general" });
  });

  it("C8 C9: what was published is there after a restart", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "roomcast-server-"));
    const options = { ...QUIET, store: "sqlite", dataDir } as const;
    const first = await createServer(options);
    await first.rooms.get("general").publish("message", { text: "kept" });
    await first.close();
    const second = await createServer(options);
    const page = await second.rooms.get("general").history();
    await second.close();
    rmSync(dataDir, { recursive: true });
    expect(page.ok && page.value.events.map(({ offset }) => offset)).toEqual([1]);
  });
});
