/** Whole requests as bytes, into the server as it is put together, over connections that are no sockets: what it answers has a code of the table. */
import { decodeUp } from "@roomcast/protocol";
import type { SeededRandom } from "@roomcast/hub/testing";
import { duplexPair } from "node:stream";

import { createServer, type RoomcastServer } from "../../../src/index.ts";
import { anyFrame, spoil } from "../mutate.ts";
import type { Target } from "../target.ts";

const PATHS = [
  ...[
    "/v1/rooms/general/events",
    "/v1/rooms/general/events?limit=5&after=1",
    "/v1/rooms/general/members",
    "/v1/rooms",
  ],
  ...[
    "/v1/sse/messages",
    "/v1/tickets",
    "/v1/asyncapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/admin/overview",
  ],
  ...[
    "/v1/admin/rooms?limit=5",
    "/v1/admin/clients/x/kick",
    "/socket.io/?EIO=4&transport=polling",
    "/",
    "/%00",
    "/%ff",
  ],
  ...[
    "/v1/rooms/__proto__/events",
    "/v1/rooms/..%2f..%2f/events",
    "http://127.0.0.1/v1/rooms",
    "*",
    "//x",
    "/v1/ws",
  ],
] as [string, ...string[]];

const HEADERS = [
  ...["Content-Type: application/json", "Content-Type: application/x-ndjson", "Authorization: Bearer x.y.z"],
  ...[
    "Idempotency-Key: k",
    "Origin: https://evil.example",
    "Origin: null",
    "Roomcast-Batch: 1",
    "Roomcast-Connection: x",
  ],
  ...[
    "X-Forwarded-For: 1.2.3.4",
    "Forwarded: for=1.2.3.4",
    "Range: bytes=0-",
    "Accept: */*",
    "__proto__: x",
    "Expect: 100-continue",
  ],
  ...[
    "Sec-Fetch-Site: cross-site",
    "Referer: http://127.0.0.1/",
    "Transfer-Encoding: chunked",
    "Upgrade: websocket",
  ],
] as [string, ...string[]];

const OPEN = { messagesPerSecond: 0, connectionsPerAddress: 0, joinsPerSecond: 0 } as const;

export async function http(): Promise<Target> {
  const server: RoomcastServer = await createServer({ store: "memory", log: "silent", ...OPEN });
  return {
    make: (chance) => anyRequest(chance),
    async take(input) {
      const answer = (await answered(server, input)).toString("latin1");
      const codes = [...answer.matchAll(/\{"error":\{"code":"([^"]*)"/g)].map(([, code]) => code ?? "");
      if (answer !== "" && !/^HTTP\/1\.1 [1-5]\d\d /.test(answer))
        throw new Error(`no answer: ${answer.slice(0, 100)}`);
      if (answer.startsWith("HTTP/1.1 500 ")) throw new Error("500");
      return codes;
    },
    close: () => server.close(),
  };
}

function anyRequest(chance: SeededRandom): Buffer {
  const method = chance.pick(["GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"]);
  const frame = anyFrame(chance);
  const decoded = decodeUp(frame);
  const body =
    method === "GET" || method === "HEAD" ? "" : decoded.ok ? JSON.stringify(decoded.value) : frame;
  const lines = [
    `${method} ${spoilt(chance.pick(PATHS), chance)} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Array.from({ length: chance.below(3) }, () => spoilt(chance.pick(HEADERS), chance)),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/** Mostly not: what llhttp refuses never comes to us. */
const spoilt = (line: string, chance: SeededRandom): string =>
  chance.below(4) === 0 ? spoil(line, chance) : line;

/** All that comes back until either side has ended. */
function answered(server: RoomcastServer, input: Buffer): Promise<Buffer> {
  const [ours, theirs] = duplexPair();
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const done = (): void => resolve(Buffer.concat(chunks));
  ours.on("data", (chunk: Buffer) => chunks.push(chunk));
  ours.on("end", done).on("close", done).on("error", done);
  theirs.on("error", done);
  Object.assign(theirs, { remoteAddress: "127.0.0.1", setNoDelay: () => theirs, setKeepAlive: () => theirs });
  server.http.emit("connection", theirs);
  ours.write(input);
  // A request that is not complete waits for the rest.
  setImmediate(() => ours.end());
  return promise.finally(() => theirs.destroy());
}
