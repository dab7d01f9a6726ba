import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { inFewPieces, MAX_PIECES } from "./pieces.ts";

const HEAD = "POST / HTTP/1.1\r\nHost: x\r\n";
const inPieces = (count: number): string =>
  `${HEAD}Transfer-Encoding: chunked\r\n\r\n${"1\r\na\r\n".repeat(count)}0\r\n\r\n`;

function readAll(request: IncomingMessage, response: ServerResponse): boolean {
  request.resume().once("end", () => response.end("read"));
  return true;
}

function answer(_: IncomingMessage, response: ServerResponse): boolean {
  response.end("page");
  return true;
}

it.each([
  ["as many pieces as a message may have", readAll, inPieces(MAX_PIECES), { ends: true, offended: 0 }],
  ["a piece more", readAll, inPieces(MAX_PIECES + 1), { ends: true, offended: 1 }],
  ["pieces where nobody reads one", answer, inPieces(1), { ends: true, offended: 1 }],
  ["pieces where there is nothing", () => false, inPieces(1), { ends: true, offended: 1 }],
  ["one length", answer, `${HEAD}Content-Length: 1\r\n\r\na`, { ends: false, offended: 0 }],
])("R-DOORSTEP: a body of %s", async (_, request, said, expected) => {
  let offended = 0;
  const asked = inFewPieces({ request }, { offended: () => void (offended += 1) });
  const server = createServer((...call) => {
    if (!asked.request(...call)) call[1].end("nowhere");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = await BareSocket.connect((server.address() as AddressInfo).port);
  client.write(said);
  const head = await client.head();
  expect({ ends: /^connection: close/im.test(head), offended }).toEqual(expected);
  client.tcp.destroy();
  server.close();
});
