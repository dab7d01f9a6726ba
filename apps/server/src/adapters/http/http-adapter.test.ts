/** What holds for every request of plain HTTP, over real sockets. */
import { once } from "node:events";
import { describe, expect, it } from "vitest";

import { HttpStage } from "../../../test/http-stage.ts";

describe("probes", () => {
  it("H-5: healthz says that the process lives, readyz that it can serve", async () => {
    await using stage = await HttpStage.start();
    expect((await stage.get("/healthz")).status).toBe(200);
    expect((await stage.get("/readyz")).status).toBe(200);
    stage.isReady = false;
    expect((await stage.get("/healthz")).status).toBe(200);
    expect((await stage.get("/readyz")).status).toBe(503);
  });
});

describe("methods and headers", () => {
  it("H-6: another method gets 405 and the ones that there are", async () => {
    await using stage = await HttpStage.start();
    const response = await stage.fetch("/v1/rooms/general/events", { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
    expect((await stage.fetch("/healthz", { method: "POST" })).headers.get("allow")).toBe(
      "GET, HEAD, OPTIONS",
    );
  });

  it("H-6: HEAD is GET without the body", async () => {
    await using stage = await HttpStage.start();
    const response = await stage.fetch("/healthz", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String('{"status":"alive"}'.length));
    expect(await response.text()).toBe("");
  });

  it("H-6: no answer is cached or sniffed", async () => {
    await using stage = await HttpStage.start();
    const { headers } = (await stage.get("/v1/rooms")).response;
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("P-HTTP-8 T1: pages of an allowed origin may read and preflight, others not", async () => {
    await using stage = await HttpStage.start();
    const allowed = await stage.get("/v1/rooms", { origin: "http://localhost:5173" });
    expect(allowed.response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(allowed.response.headers.get("vary")).toBe("Origin");
    const foreign = await stage.get("/v1/rooms", { origin: "https://evil.example" });
    expect(foreign.response.headers.get("access-control-allow-origin")).toBeNull();
    for (const [origin, methods] of [
      ["http://localhost:5173", "POST, GET, HEAD, OPTIONS"],
      ["https://evil.example", null],
    ] as const) {
      const response = await stage.fetch("/v1/rooms/general/events", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-methods")).toBe(methods);
    }
  });

  it("T4: an absolute-form URL is served by its path", async () => {
    await using stage = await HttpStage.start();
    const socket = await stage.connect();
    socket.write(
      "GET http://elsewhere.example/healthz?x HTTP/1.1\r\nHost: ignored\r\nConnection: close\r\n\r\n",
    );
    expect(await socket.head()).toMatch(/^HTTP\/1\.1 200 /);
    await socket.ended();
  });

  it("D6: paths of others are left alone", async () => {
    await using stage = await HttpStage.start();
    for (const path of ["/", "/v1", "/v1/rooms/", "/v1/rooms/a/b", "/v1/else", "/healthz/"]) {
      expect(await (await stage.fetch(path)).text()).toBe("not mine");
    }
  });
});

describe("who asks without reading", () => {
  it("T10: a connection with more requests than may wait is cut, the others are answered", async () => {
    await using stage = await HttpStage.start();
    const socket = await stage.connect();
    const request = "GET /v1/rooms/general/events HTTP/1.1\r\nHost: here\r\n\r\n";
    socket.tcp.write(request.repeat(1000));
    await once(socket.tcp, "close");
    expect((await stage.fetch("/healthz")).status).toBe(200);
  });

  it("T10: as many as may wait are all answered", async () => {
    await using stage = await HttpStage.start();
    const socket = await stage.connect();
    let answers = 0;
    const all = new Promise<void>((resolve) => {
      socket.tcp.on("data", (chunk: Buffer) => {
        answers += chunk.toString().split("HTTP/1.1 200").length - 1;
        if (answers === 32) resolve();
      });
    });
    socket.tcp.write("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n".repeat(32));
    await all;
    socket.tcp.destroy();
  });
});
