import { ManualClock } from "@roomcast/hub/testing";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { readText } from "./read-body.ts";

it("P-HTTP-6 T3: a body that does not come within 10 s is 408, and one that comes just before is read", async () => {
  const clock = new ManualClock();
  const outcomes: unknown[] = [];
  const server = createServer((request, response) => {
    void readText(request, "application/json", clock).then((outcome) => {
      outcomes.push(outcome);
      response.end();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
  for (const rest of [undefined, "}"]) {
    const socket = await BareSocket.connect(port);
    const asked = once(server, "request");
    socket.write(`${head}{`);
    await asked;
    clock.advance(9_999);
    if (rest === undefined) clock.advance(1);
    else socket.write(rest);
    await socket.head();
    socket.tcp.destroy();
  }
  server.close();
  expect(outcomes).toMatchObject([
    { ok: false, error: { status: 408 } },
    { ok: true, value: "{}" },
  ]);
  expect(clock.pendingTimers).toBe(0);
});

it("P-HTTP-6 T6: a body in 1,024 pieces is read, and in one more it is refused before the rest of it is kept", async () => {
  const outcomes: unknown[] = [];
  const server = createServer((request, response) => {
    void readText(request, "application/json", new ManualClock()).then((outcome) => {
      outcomes.push(outcome);
      response.end();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const head =
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const [pieces, rest] of [
    [1_024, "0\r\n\r\n"],
    [1_025, ""],
  ] as const) {
    const socket = await BareSocket.connect((server.address() as AddressInfo).port);
    socket.write(`${head}${"1\r\n1\r\n".repeat(pieces)}${rest}`);
    await socket.head();
    socket.tcp.destroy();
  }
  server.close();
  expect(outcomes).toMatchObject([
    { ok: true, value: "1".repeat(1_024) },
    { ok: false, error: { refusal: { code: "bad_message" } } },
  ]);
});
