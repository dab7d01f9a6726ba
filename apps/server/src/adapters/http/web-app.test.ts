import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { BUNDLED_APP_POLICY, webApp } from "./web-app.ts";

const DEV_URL = "http://127.0.0.1:5173";
const HTML = { accept: "text/html,*/*" };

const folder = mkdtempSync(join(tmpdir(), "roomcast-web-"));
const servers: Server[] = [];
/** Requests so far. */
let asked = 0;

async function serve(from: string, policy?: string): Promise<string> {
  const app = webApp(from, DEV_URL, policy);
  const server = createServer((request, response) => {
    asked += 1;
    app(request, response, () => response.writeHead(404).end("next"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(() => {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<title>the page</title>");
  writeFileSync(join(folder, "assets/main-abc123.js"), "run()");
  writeFileSync(join(folder, "assets/main-abc123.js.gz"), gzipSync("run()"));
  writeFileSync(join(folder, "favicon.svg"), "<svg/>");
  writeFileSync(join(folder, "alone.gz"), gzipSync("alone"));
  writeFileSync(join(folder, "café.txt"), "au lait");
  writeFileSync(join(folder, ".env"), "SECRET=1");
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

describe("the built web app", () => {
  let url: string;
  beforeAll(async () => {
    url = await serve(folder);
  });

  it.each(["/", "/r/general", "/r/v1.2", "/r/a:b?m=5", "/ticker", "/inspect"])(
    "D5: %s is the page",
    async (path) => {
      const response = await fetch(url + path, { headers: HTML });
      expect(await response.text()).toBe("<title>the page</title>");
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(response.headers.get("cache-control")).toBe("no-cache");
    },
  );

  it("D5: files are themselves; the ones with a hash in their name are kept for good, the others asked for again", async () => {
    const hashed = await fetch(`${url}/assets/main-abc123.js`);
    expect(await hashed.text()).toBe("run()");
    expect(hashed.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const icon = await fetch(`${url}/favicon.svg`);
    expect(icon.headers.get("cache-control")).toContain("max-age=0");
    const again = await fetch(`${url}/favicon.svg`, {
      headers: { "if-none-match": icon.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
  });

  it("D5: what the build packed goes out packed to whoever unpacks it, under a tag of its own", async () => {
    const get = async (encoding: string) => {
      // Node's fetch unpacks for itself and hides how it came.
      const [response] = (await once(
        request(`${url}/assets/main-abc123.js`, { headers: { "accept-encoding": encoding } }).end(),
        "response",
      )) as [IncomingMessage];
      return { headers: response.headers, body: Buffer.concat(await response.toArray()) };
    };
    const [packed, plain] = [await get("br, gzip;q=0.5"), await get("identity, gzip;q=0")];
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.body).toString()).toBe("run()");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.body.toString()).toBe("run()");
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
    for (const { headers } of [packed, plain]) {
      expect(headers.vary).toBe("Accept-Encoding");
      expect(headers["content-type"]).toContain("javascript");
    }
    expect(await (await fetch(`${url}/assets/main-abc123.js.gz`)).text()).toBe("next");
    expect((await fetch(`${url}/alone.gz`)).status).toBe(200);
  });

  it.each(["/else", "/assets/none.js", "/r/general/../../package.json", "/..%2f..%2fetc/passwd", "/r"])(
    "D5: %s is nothing of it",
    async (path) => {
      expect(await (await fetch(url + path)).text()).toBe("next");
    },
  );

  it("D5: what is no GET of a page is left to others", async () => {
    expect(await (await fetch(`${url}/`, { method: "POST" })).text()).toBe("next");
    expect(await (await fetch(`${url}/r/general`, { headers: { accept: "application/json" } })).text()).toBe(
      "next",
    );
  });

  it("D5: a file is what its name says; a range of it is all of it, and what is hidden is not there", async () => {
    const script = await fetch(`${url}/assets/main-abc123.js`, { headers: { range: "bytes=9-2" } });
    expect(script.status).toBe(200);
    expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    const icon = await fetch(`${url}/favicon.svg`, { method: "HEAD" });
    expect(icon.headers.get("content-type")).toBe("image/svg+xml");
    expect(icon.headers.get("content-length")).toBe("6");
    expect(await (await fetch(`${url}/caf%C3%A9.txt`)).text()).toBe("au lait");
    expect(await (await fetch(`${url}/.env`)).text()).toBe("next");
    expect(await (await fetch(`${url}/%ff`)).text()).toBe("next");
  });

  it("T26: who asks for files and reads none holds no file open", async () => {
    const before = readdirSync("/dev/fd").length;
    const socket = await BareSocket.connect(Number(new URL(url).port));
    socket.tcp.pause();
    socket.write("GET /assets/main-abc123.js HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200));
    await expect.poll(() => asked).toBeGreaterThanOrEqual(200);
    // The two ends of the connection itself.
    expect(readdirSync("/dev/fd").length).toBeLessThanOrEqual(before + 2);
    socket.destroy();
  });

  it("D5: pages of somebody else's run what is in them", async () => {
    for (const path of ["/", "/assets/main-abc123.js"])
      expect((await fetch(url + path)).headers.get("content-security-policy")).toBeNull();
  });

  it("T30: the bundled app runs scripts and styles of this origin alone, and is framed by nobody", async () => {
    const bundled = await serve(folder, BUNDLED_APP_POLICY);
    for (const path of ["/", "/assets/main-abc123.js"]) {
      const { headers } = await fetch(bundled + path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
  });
});

describe("without a build", () => {
  it("D5: the page says where the web app is while it is developed", async () => {
    const url = await serve(join(folder, "not-there"));
    expect(await (await fetch(`${url}/`)).text()).toContain(`<a href="${DEV_URL}">`);
    expect((await fetch(`${url}/assets/main.js`)).status).toBe(404);
  });
});
