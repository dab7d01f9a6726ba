import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { createInterface } from "node:readline";

import { expect, test } from "vitest";

import { hub, server } from "./example.ts";

const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

test("the example of the README is test/example.ts, and two clients talk through it", async () => {
  expect(textOf("../README.md")).toContain(`\`\`\`ts\n${textOf("example.ts")}\`\`\``);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const clients = ["Ann", "Ben"].map((name) => {
    const socket = connect(port, "127.0.0.1");
    socket.write(`{"type":"hello","protocol":1,"name":"${name}"}\n`);
    return { socket, messages: createInterface(socket)[Symbol.asyncIterator]() };
  });
  const until = async (messages: AsyncIterator<string>, type: string): Promise<unknown> => {
    for (;;) {
      const message = JSON.parse((await messages.next()).value as string) as { type: string };
      if (message.type === type) return message;
    }
  };
  for (const { messages } of clients) await until(messages, "joined");
  clients[0]!.socket.write(
    '{"type":"publish","id":"1","room":"general","event":"message","data":{"text":"hi"}}\n',
  );
  expect(await until(clients[1]!.messages, "event")).toMatchObject({
    data: { text: "hi" },
    from: { name: "Ann" },
  });
  expect(await until(clients[0]!.messages, "ack")).toMatchObject({ id: "1", position: { offset: 1 } });
  await hub.drain();
  server.close();
  await once(server, "close");
  expect(hub.counts()).toEqual({ connections: 0, sessions: 0, rooms: 0 });
});
