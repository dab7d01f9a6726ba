import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { BareSocket } from "../test/bare-socket.ts";
import { attach, type Share } from "./attachment.ts";

/** Takes whatever is below /ours. */
const share: Share = {
  request(request, response) {
    if (request.url?.startsWith("/ours") !== true) return false;
    response.end("ours");
    return true;
  },
  upgrade(request, socket) {
    if (request.url?.startsWith("/ours") !== true) return false;
    socket.end("HTTP/1.1 418 Ours\r\nConnection: close\r\n\r\n");
    return true;
  },
};

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
const upgrade = async (path: string): Promise<string> => (await BareSocket.connect(port)).handshake({}, path);

async function firstWord(path: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const [word] = (await once(socket, "message")) as [Buffer];
  socket.close();
  return word.toString();
}

describe("sharing an http server", () => {
  it("D6: requests are taken before listeners that were there and those that come later", async () => {
    server.on("request", (_request, response) => response.setHeader("X-Early", "1").end("theirs"));
    attach(server, share);
    expect(await get("/ours/1")).toBe("ours");
    expect(await get("/theirs")).toBe("theirs");
    server.removeAllListeners("request");
    server.on("request", (_request, response) => response.end("later"));
    expect(await get("/ours/2")).toBe("ours");
    expect(await get("/theirs")).toBe("later");
  });

  it("D7: several WebSocket servers each get their own upgrades, even ones that end what is not theirs", async () => {
    const before = new WebSocketServer({ server, path: "/before" });
    attach(server, share);
    before.on("connection", (socket) => socket.send("before"));
    expect(await firstWord("/before")).toBe("before");
    expect(await upgrade("/ours")).toMatch(/^HTTP\/1\.1 418 /);
    const second = new WebSocketServer({ noServer: true });
    server.removeAllListeners("upgrade");
    server.on("upgrade", (request, socket, head) => {
      second.handleUpgrade(request, socket, head, (ws) => ws.send("later"));
    });
    expect(await firstWord("/later")).toBe("later");
    expect(await upgrade("/ours")).toMatch(/^HTTP\/1\.1 418 /);
  });

  it("D7: an upgrade that nobody listens for is refused, and not left open", async () => {
    attach(server, share);
    expect(await upgrade("/nobody")).toMatch(/^HTTP\/1\.1 404 /);
  });

  it("D7: what was attached lets go again", async () => {
    server.on("request", (_request, response) => response.end("theirs"));
    const detach = attach(server, share);
    detach();
    expect(await get("/ours")).toBe("theirs");
    expect(server.listenerCount("upgrade")).toBe(0);
  });

  it("D7: two can share one server", async () => {
    attach(server, share);
    const detach = attach(server, {
      ...share,
      request(request, response) {
        if (request.url !== "/second") return false;
        response.end("second");
        return true;
      },
    });
    expect(await get("/second")).toBe("second");
    expect(await get("/ours")).toBe("ours");
    detach();
    expect(await get("/ours")).toBe("ours");
  });
});
