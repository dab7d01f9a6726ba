/** Owns how the native protocol is spoken by hand, over a WebSocket and over requests. */
import { until } from "../until.ts";
import { exchange, knock, upgradeHead } from "./heads.ts";
import { frame, RawSocket } from "./raw-socket.ts";
import type { Open, Published, Wire } from "./wires.ts";

let requests = 0;
const nextId = (): string => `q${(requests += 1)}`;

const message = (
  id: string,
  { room = "general", event = "message", data, id: own, more = "" }: Published,
): string =>
  `{"type":"publish","id":${JSON.stringify(own ?? id)},"room":${JSON.stringify(room)},"event":${JSON.stringify(event)},"data":${data}${more}}`;

/** Of the answer to a request of the native protocol, among all that was heard since. */
async function answerTo(id: string, from: number, wire: Pick<Wire, "heard" | "ended">): Promise<string> {
  const mark = `"id":${JSON.stringify(id)}`;
  let answer: string | undefined;
  await until(`${id} is answered; heard: ${wire.heard.slice(from).slice(-500)}`, () => {
    for (const [object] of wire.heard
      .slice(from)
      .matchAll(/\{"type":"(?:ack|error|joined|left)"[^\n]*?(?=\{"type"|\n|$)/g)) {
      // A frame's header stands between two messages.
      if (!object.includes(mark)) continue;
      answer = object.startsWith('{"type":"error"') ? (/"code":"(\w+)"/.exec(object)?.[1] ?? "?") : "ok";
    }
    if (answer === undefined && wire.ended) answer = "closed";
    return answer !== undefined;
  });
  return answer!;
}

/** Over whatever carries messages of the native protocol up and down. */
function native(
  wire: Pick<Wire, "raw" | "destroy"> & { readonly ended: boolean; readonly heard: string },
): Wire {
  const ask = async (id: string, text: string): Promise<string> => {
    const from = wire.heard.length;
    await wire.raw(text);
    return answerTo(id, from, wire);
  };
  return Object.assign(wire, {
    publish(published: Published): Promise<string> {
      const id = published.id ?? nextId();
      return ask(id, message(id, published));
    },
    join(room: string): Promise<string> {
      const id = nextId();
      return ask(id, `{"type":"join","id":"${id}","room":${JSON.stringify(room)}}`);
    },
  });
}

export const openWs: Open = async (port, hello = {}) => {
  const socket = await RawSocket.ask(port, upgradeHead(port, "/v1/ws"));
  const wire = native({
    raw: async (text) => socket.write(frame(text)),
    get ended() {
      return socket.ended;
    },
    get heard() {
      return socket.text;
    },
    destroy: () => socket.destroy(),
  });
  await wire.raw(JSON.stringify({ type: "hello", protocol: 1, ...hello }));
  await until("the door opens", () => socket.ended || /"type":"(joined|error)"/.test(socket.text));
  return wire;
};

export const openSse: Open = async (port, hello = {}) => {
  const stream = await knock.sse(port);
  await until("the stream opens", () => stream.ended || stream.text.includes('"connection"'));
  const connection = /"connection":"([\w-]+)"/.exec(stream.text)?.[1] ?? "";
  let batch = 0;
  const wire = native({
    async raw(text) {
      batch += 1;
      const answer = await exchange(
        port,
        "POST",
        "/v1/sse/messages",
        {
          "Content-Type": "application/x-ndjson",
          "Roomcast-Connection": connection,
          "Roomcast-Batch": String(batch),
        },
        text,
      );
      answer.destroy();
    },
    get ended() {
      return stream.ended || stream.text.includes("event: close");
    },
    get heard() {
      return stream.text;
    },
    destroy: () => stream.destroy(),
  });
  await wire.raw(JSON.stringify({ type: "hello", protocol: 1, ...hello }));
  await until("the door opens", () => wire.ended || /"type":"(joined|error)"/.test(stream.text));
  return wire;
};
