/** Rows 23 to 25 of docs/threats.md: plain requests, streams of events, and what becomes of names in the log. */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { until } from "../../harness/until.ts";
import { Besieged } from "../../harness/threats/besieged.ts";
import { RawSocket } from "../../harness/threats/raw-socket.ts";
import { SECRET, tokenFor } from "../../harness/threats/tokens.ts";
import { exchange, type Headers, requestHead } from "../../harness/threats/heads.ts";
import { CONNECTED, OPEN, TRANSPORTS } from "../../harness/threats/wires.ts";

let besieged: Besieged;
beforeAll(async () => {
  besieged = await Besieged.start({
    ROOMCAST_JWT_SECRET: SECRET,
    ROOMCAST_GUESTS: "allow",
    ROOMCAST_LOG: "debug",
  });
});
afterAll(() => besieged[Symbol.asyncDispose]());
afterEach(() => besieged.unharmed());

const PUBLISH = "/v1/rooms/general/events";
const JSON_TYPE = { "Content-Type": "application/json" };
const GOOD = '{"event":"message","data":{"text":"x"}}';

describe("POST", () => {
  it.each<[string, number, Headers, string]>([
    ["a forged token", 401, { ...JSON_TYPE, Authorization: "Bearer x.y.z" }, GOOD],
    ["another scheme", 401, { ...JSON_TYPE, Authorization: "Basic eDp5" }, GOOD],
    ["no type", 415, {}, GOOD],
    ["a form", 415, { "Content-Type": "application/x-www-form-urlencoded" }, GOOD],
    ["text", 415, { "Content-Type": "text/plain" }, GOOD],
    ["a compressed body", 415, { ...JSON_TYPE, "Content-Encoding": "gzip" }, GOOD],
    ["no JSON", 400, JSON_TYPE, "{"],
    ["a list", 400, JSON_TYPE, "[]"],
    ["nothing", 400, JSON_TYPE, ""],
    ["33 levels", 400, JSON_TYPE, `{"event":"x","data":${"[".repeat(33)}${"]".repeat(33)}}`],
    ["65 KiB", 413, JSON_TYPE, `{"event":"x","data":"${"x".repeat(65 * 1024)}"}`],
    ["a reserved event", 400, JSON_TYPE, '{"event":"welcome","data":{}}'],
    ["a key of 65 characters", 400, { ...JSON_TYPE, "Idempotency-Key": "k".repeat(65) }, GOOD],
  ])("T-23: %s is %i", async (_, status, headers, body) => {
    const answer = await exchange(besieged.port, "POST", PUBLISH, headers, body);
    expect(await answer.status()).toBe(status);
    expect(answer.text).toMatch(/"error":\{"code":"\w+"/);
  });

  it("T-23: a repeated key is one event", async () => {
    const headers = { ...JSON_TYPE, "Idempotency-Key": "once" };
    const answers = [];
    for (let n = 0; n < 3; n += 1)
      answers.push((await exchange(besieged.port, "POST", PUBLISH, headers, GOOD)).text);
    const offsets = answers.map((text) => /"offset":(\d+)/.exec(text)?.[1]);
    expect(new Set(offsets).size).toBe(1);
    expect(answers[2]).toContain('"duplicate":true');
  });

  it.each([
    ["two lengths", ["Content-Length: 5", "Content-Length: 6"]],
    ["a length and chunks", ["Content-Length: 5", "Transfer-Encoding: chunked"]],
    ["a negative length", ["Content-Length: -1"]],
    ["a line that is folded", ["X-A: b", " c"]],
    ["a zero in a header", ["X-A: b\0c"]],
  ])("T-23: %s is 400, and what is behind it is no request", async (_, lines) => {
    const head = [...requestHead(besieged.port, "POST", PUBLISH, JSON_TYPE), ...lines];
    const socket = await RawSocket.ask(besieged.port, head, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await socket.status()).toBe(400);
    await socket.end();
    expect(socket.text).not.toContain("alive");
  });
});

it.each([
  ["POST", PUBLISH, 400],
  ["GET", "/", 200],
  ["POST", "/nowhere", 404],
])("T-6: %s %s with ten thousand pieces is %i, and ends its connection", async (method, path, status) => {
  const head = requestHead(besieged.port, method, path, { ...JSON_TYPE, "Transfer-Encoding": "chunked" });
  const socket = await RawSocket.ask(besieged.port, head, "1\r\nx\r\n".repeat(10_000));
  expect(await socket.status()).toBe(status);
  await socket.end();
});

describe.each(TRANSPORTS)("by %s", (transport) => {
  it.each(["\n", "\r", "\r\n", "\0", "\n\ndata: evil\n\n", "\nevent: evil\nid: 1:1\n", "\u2028\ufeff"])(
    "T-24: %j in data is one event of a stream, and comes out as it went in",
    async (text) => {
      const { port } = besieged;
      const room = `lines-${transport}-${Buffer.from(text).toString("hex")}`;
      const stream = await RawSocket.ask(port, requestHead(port, "GET", `/v1/rooms/${room}/stream`));
      await until("the stream begins", () => stream.text.includes("id: "));
      const wire = await OPEN[transport](port, { join: [{ room }] });
      expect(await wire.publish({ room, data: JSON.stringify({ text: `<${text}>` }) })).toBe("ok");
      const events: EventSourceMessage[] = [];
      await until("it comes", () => {
        events.length = 0;
        const parser = createParser({ onEvent: (event) => events.push(event) });
        // Chunks have their sizes between them.
        parser.feed(stream.text.slice(stream.text.indexOf("\r\n\r\n")).replace(/\r\n[0-9a-f]+\r\n/g, ""));
        return events.length > 0;
      });
      expect(events.map(({ event }) => event)).toEqual(["message"]);
      expect(JSON.parse(events[0]!.data)).toMatchObject({ room, data: { text: `<${text}>` } });
      stream.destroy();
      wire.destroy();
    },
  );
});

it.each(CONNECTED)(
  "T-25: by %s, a name with line breaks and escapes is one line of the log",
  async (transport) => {
    const name = `${transport}\n{"level":30,"msg":"forged"}\r\u001b[2J\u202e`;
    const wire = await OPEN[transport](besieged.port, { name, token: tokenFor("ada\nben") });
    await until("it is logged", () =>
      besieged.server.log.some(({ name: shown }) => String(shown).startsWith(transport)),
    );
    expect(besieged.server.log.filter(({ msg }) => msg === "forged")).toEqual([]);
    expect(besieged.server.output).not.toContain("\u001b");
    expect(besieged.server.output).not.toContain("\u202e");
    wire.destroy();
  },
);
