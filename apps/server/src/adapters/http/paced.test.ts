import { refusal } from "@roomcast/protocol";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { readNoMore } from "../slices.ts";
import { paced } from "./paced.ts";

it("R-LIMIT-ANY-REQUEST R-DOORSTEP: what is pipelined behind the refusal that ends its connection is neither counted nor answered", async () => {
  let counted = 0;
  const taken: unknown[] = [];
  const share = {
    request: ({ url }: IncomingMessage, response: ServerResponse): boolean => {
      taken.push(url);
      response.end("page");
      return true;
    },
  };
  const pacing = paced(share, {
    take: ({ socket }) => {
      counted += 1;
      if (counted < 3) return undefined;
      readNoMore(socket);
      return refusal("overloaded");
    },
  });
  const server = createServer((...asked) => pacing.request(...asked)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = await BareSocket.connect((server.address() as AddressInfo).port);
  client.write(
    ["/a", "/b", "/c", "/d", "/e"].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(""),
  );
  const answers = await client.rest();
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 503"]);
  expect({ counted, taken }).toEqual({ counted: 3, taken: ["/a", "/b"] });
  await new Promise((resolve) => server.close(resolve));
});
