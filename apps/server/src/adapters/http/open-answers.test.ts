import { expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { HttpStage } from "../../../test/http-stage.ts";

const requestOf = (type: string, body: string): string =>
  [
    "POST /v1/rooms/general/events HTTP/1.1",
    ...["Host: x", `Content-Type: ${type}`, `Content-Length: ${body.length}`, "", body],
  ].join("\r\n");

it("H-8: what was pipelined behind an answer that ends its connection is neither answered nor carried out", async () => {
  await using stage = await HttpStage.start();
  const socket = await BareSocket.connect(stage.port);
  const publish = requestOf("application/json", '{"event":"message","data":{"text":"x"}}');
  socket.write(requestOf("text/plain", "x") + publish);
  const rest = await socket.rest();
  expect(rest).toMatch(/^HTTP\/1\.1 415 /);
  expect(rest.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect((await stage.get("/v1/rooms/general/events")).json).toMatchObject({ events: [] });
});
