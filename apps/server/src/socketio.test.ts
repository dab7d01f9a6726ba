/** The protocol documents of Engine.IO 4 and Socket.IO 5, packet by packet, spoken by hand to a real server. */
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";

import { createServer } from "./server.ts";
import type { RoomcastServer } from "./roomcast-server.ts";

let server: RoomcastServer;

beforeAll(async () => {
  server = await createServer(QUIET);
  await server.listen();
});

afterAll(async () => {
  await server.close();
});

const QUIET = { store: "memory", port: 0, host: "127.0.0.1", log: "silent" } as const;
const SEPARATOR = "\x1e";
const urlOf = (query: Record<string, string>): string =>
  `${server.url}/socket.io/?${new URLSearchParams(query).toString()}`;
const POLLING = { EIO: "4", transport: "polling" };

/** A WebSocket whose packets are a list to be taken from the front. */
class Wire {
  readonly socket: WebSocket;
  readonly #packets: string[] = [];
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(query: Record<string, string> = {}) {
    this.socket = new WebSocket(urlOf({ EIO: "4", transport: "websocket", ...query }));
    this.socket
      .on("message", (data: Buffer) => {
        this.#packets.push(data.toString());
        this.#wake();
      })
      .on("close", () => {
        this.#closed = true;
        this.#wake();
      })
      .on("error", () => undefined);
    onTestFinished(() => this.socket.terminate());
  }

  /** Open, and in the namespace `/` where that is wanted. */
  static async open(isConnected = true): Promise<Wire> {
    const wire = new Wire();
    expect(await wire.next()).toMatch(/^0\{/);
    if (isConnected) {
      wire.say("40");
      expect(await wire.next()).toMatch(/^40\{"sid":/);
      while (!(await wire.next()).startsWith('42["joined"'));
    }
    return wire;
  }

  say(...packets: (string | Buffer)[]): void {
    for (const packet of packets) this.socket.send(packet);
  }

  /** The next packet but for what rooms tell by themselves, and what only moves an offset; or "closed". */
  async next(): Promise<string> {
    while (true) {
      const packet = this.#packets.shift();
      if (packet !== undefined && !/^42\["(presence|ack)"/.test(packet)) return packet;
      if (packet === undefined && this.#closed) return "closed";
      if (packet === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What it answers to an emit once everything before was handled. */
  async stillAnswers(): Promise<string> {
    this.say('4299["leave",{"room":"nowhere"}]');
    return this.next();
  }
}

/** An Engine.IO session by long-polling. */
async function poll(query: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(urlOf({ ...POLLING, ...query }), init);
}

async function handshake(): Promise<string> {
  const opened = await (await poll()).text();
  return (JSON.parse(opened.slice(1)) as { sid: string }).sid;
}

const post = (sid: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  poll({ sid }, { method: "POST", body, headers });

describe("packets before CONNECT", () => {
  it.each([
    ["Engine.IO: close", ["1"], "closed"],
    ["Engine.IO: a ping of the client", ["2"], "closed"],
    ["Engine.IO: a probe where nothing is upgraded", ["2probe"], "closed"],
    ["Engine.IO: an unknown type", ["9"], "closed"],
    ["Engine.IO: an empty frame", [""], "closed"],
    ["an empty message", ["4"], "closed"],
    ["an unknown type", ["49"], "closed"],
    ["CONNECT with text that is no JSON", ["40abc"], "closed"],
    ["CONNECT with a list", ["40[1]"], "closed"],
    ["an event", ['42["message",{"text":"x"}]'], "closed"],
    ["an attachment", [Buffer.from([4, 1])], "closed"],
    ["a namespace as long as can be", [`40/${"n".repeat(5000)},`], "closed"],
    ["more than 16 KiB", [`40{"name":"${"n".repeat(16 * 1024)}"}`], "closed"],
    ["another namespace", ["40/nowhere,"], '44/nowhere,{"message":"Invalid namespace"}'],
    ["a hostile namespace", ["40/__proto__,"], '44/__proto__,{"message":"Invalid namespace"}'],
    ["a hello that is refused", ['40{"name":7}'], /^44\{"message":"hello\.name: .*"code":"bad_message"/],
    ["DISCONNECT, a pong, an upgrade, a noop, then CONNECT", ["41", "3", "5", "6", "40"], /^40\{"sid":/],
    ["CONNECT with an explicit namespace", ["40/,{}"], /^40\{"sid":/],
  ])("P-SIO-8: %s", async (_, packets, expected) => {
    const wire = await Wire.open(false);
    wire.say(...packets);
    const answer = await wire.next();
    if (typeof expected === "string") expect(answer).toBe(expected);
    else expect(answer).toMatch(expected);
  });
});

describe("packets after CONNECT", () => {
  it("R-FENCE: a CONNECT that comes late takes the session from no connection that was opened later", async () => {
    const first = await Wire.open(false);
    first.say("40");
    const { pid } = JSON.parse((await first.next()).slice(2)) as { pid: string };
    const connect = `40${JSON.stringify({ pid })}`;
    const late = await Wire.open(false);
    const newer = await Wire.open(false);
    newer.say(connect);
    expect(await newer.next()).toMatch(/^40\{"sid":/);
    while (!(await newer.next()).startsWith('42["joined"'));
    late.say(connect);
    // Whoever comes after it is let in after it.
    await Wire.open();
    expect(await newer.stillAnswers()).toMatch(/^4399\[/);
  });

  const BINARY = '451-7["message",{"_placeholder":true,"num":0}]';
  const ENDED = /^42\["error",\{"closeCode":4400,/;

  it.each([
    ["CONNECT_ERROR, which is the server's", ["44{}"], ENDED],
    ["an event without a name", ["42"], ENDED],
    ["an event that is no list", ["42{}"], ENDED],
    ["an event that a stock client would end at", ['42["disconnecting"]'], ENDED],
    ["no attachment announced", ['450-["m"]'], ENDED],
    ["too many attachments", ['4517-["m"]'], ENDED],
    ["a placeholder for none of them", ['451-["m",{"_placeholder":true,"num":9}]', Buffer.alloc(1)], ENDED],
    ["text where an attachment is due", [BINARY, '42["message",{"text":"x"}]'], ENDED],
    ["an attachment that nobody announced", [Buffer.alloc(1)], ENDED],
    ["binary data", [BINARY, Buffer.alloc(1)], /^437\[\{"ok":false,.*"code":"invalid_data"/],
    ["a number as a name", ["427[1,{}]"], /^437\[\{"ok":false,.*"code":"bad_event"/],
    ["a hostile name", ['427["__proto__",{}]'], /^437\[\{"ok":false,.*"code":"bad_event"/],
    ["a hostile room", ['427["join",{"room":"__proto__"}]'], /^437\[\{"ok":true,.*"room":"__proto__"/],
    ["no data at all", ['427["message"]'], /^437\[\{"ok":false,.*"code":"invalid_data"/],
    ["a refusal without a callback", ['42["message"]'], /^42\["error",\{.*"code":"invalid_data"/],
    ["an ack that nobody asked for", ["4312345[]", '427["message"]'], /^437\[/],
    ["CONNECT once more", ["40", '427["message"]'], /^437\[/],
  ])("P-SIO-8: %s", async (_, packets, expected) => {
    const wire = await Wire.open();
    wire.say(...packets);
    expect(await wire.next()).toMatch(expected);
    if (expected === ENDED) expect(await wire.next()).toBe("closed");
    else expect(await wire.stillAnswers()).toMatch(/^4399\[|^437\[/);
  });

  it("P-SIO-8 T20: a flood of acks and pongs ends the connection", async () => {
    for (const packet of ["431[]", "3"]) {
      const wire = await Wire.open();
      for (let count = 0; count <= 100; count += 1) wire.say(packet);
      expect(await wire.next()).toMatch(/^42\["error",\{"closeCode":4429,/);
      expect(await wire.next()).toBe("closed");
    }
  });

  it("P-FRAME-8: an escaped key is read as what it says, whatever was said before", async () => {
    const [ann, ben] = [await Wire.open(), await Wire.open()];
    ann.say('421["k",{"\\\\u":1}]');
    expect(await ann.next()).toContain('42["k",{"\\\\u":1},');
    expect(await ben.next()).toContain('42["k",{"\\\\u":1},');
    ben.say('421["k",{"\\ud83d\\udc4d":1}]');
    expect(await ben.next()).toContain('42["k",{"👍":1},');
  });
});

describe("requests", () => {
  it.each([
    ["no protocol version", { EIO: "" }, {}, 400, '"code":5'],
    ["Engine.IO 3", { EIO: "3" }, {}, 400, '"code":5'],
    ["an unknown transport", { transport: "constructor" }, {}, 400, '"code":0'],
    ["an unknown session", { sid: "nobody" }, {}, 400, '"code":1'],
    ["a hostile session", { sid: "__proto__" }, {}, 400, '"code":1'],
    ["a POST that opens", {}, { method: "POST", body: "x" }, 400, '"code":2'],
    ["a WebSocket that is none", { transport: "websocket" }, {}, 400, '"code":3'],
    ["another method", {}, { method: "PUT" }, 405, "bad_message"],
    ["a page of elsewhere", {}, { headers: { origin: "https://evil.example" } }, 403, "forbidden"],
    [
      "a script in a page of elsewhere",
      { j: "0" },
      { headers: { "sec-fetch-site": "cross-site" } },
      403,
      "forbidden",
    ],
    ["a stranger without a page", {}, { headers: { "x-real-ip": "203.0.113.9" } }, 403, "forbidden"],
    [
      "the same with an empty sid",
      { sid: "" },
      { headers: { "x-real-ip": "203.0.113.9" } },
      403,
      "forbidden",
    ],
    ["a page of nowhere", {}, { headers: { origin: "null" } }, 403, "forbidden"],
  ])("P-SIO-6 P-SIO-10 T1: %s", async (_, query, init, status, body) => {
    const answer = await poll(query, init);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(body);
  });

  it("P-SIO-10: the origin is checked with every request of a session, and told to allowed pages alone", async () => {
    const sid = await handshake();
    expect((await post(sid, "40", { origin: "https://evil.example" })).status).toBe(403);
    const own = await post(sid, "40", { origin: server.url });
    expect(own.status).toBe(200);
    expect(own.headers.get("access-control-allow-origin")).toBe(server.url);
    expect((await poll({}, { method: "OPTIONS" })).status).toBe(204);
    const wire = new WebSocket(urlOf({ EIO: "4", transport: "websocket" }), {
      origin: "https://evil.example",
    });
    const [, response] = (await once(wire, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
    wire.on("error", () => undefined).terminate();
  });

  it("R-LIMIT-REQUESTS: polls of a session that is not there cost their address a credit, its own pays for itself", async () => {
    const strict = await createServer({ ...QUIET, messagesPerSecond: 1 });
    await strict.listen();
    const ask = (query: object, init: RequestInit = {}): Promise<Response> => {
      const url = new URL("/socket.io/", strict.url);
      url.search = String(new URLSearchParams({ ...POLLING, ...query }));
      return fetch(url, init);
    };
    const { sid } = JSON.parse((await (await ask({})).text()).slice(1)) as { sid: string };
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await ask({ sid: "nobody" })).status);
    expect(statuses).toEqual([400, 400, 429, 429]);
    expect((await ask({ sid }, { method: "POST", body: "40" })).status).toBe(200);
    await strict.close();
  });

  it("P-SIO-8: two polls at once end the session", async () => {
    const sid = await handshake();
    const first = poll({ sid });
    // Whichever comes first waits, and the other one is refused.
    const answers = await Promise.all([first, poll({ sid })]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
    expect(await (await poll({ sid })).text()).toContain('"code":1');
  });

  it("P-SIO-6: a payload holds many packets, at most 64 KiB, and no binary body", async () => {
    const sid = await handshake();
    expect((await post(sid, "x".repeat(64 * 1024 + 1))).status).toBe(413);
    expect((await post(sid, ["40", '421["leave",{"room":"x"}]'].join(SEPARATOR))).status).toBe(200);
    let packets: string[] = [];
    while (packets.length < 4)
      packets = packets.concat((await (await poll({ sid })).text()).split(SEPARATOR));
    expect(packets[0]).toMatch(/^40\{"sid"/);
    expect(packets.filter((packet) => packet.startsWith("431["))).toHaveLength(1);
    expect((await post(sid, "b", { "content-type": "application/octet-stream" })).status).toBe(400);
  });

  it("P-SIO-8: a session is upgraded once; who replays the upgrade, or polls on, is refused", async () => {
    const sid = await handshake();
    const wire = new Wire({ sid });
    await once(wire.socket, "open");
    const rival = new Wire({ sid });
    expect(await rival.next()).toBe("closed");
    wire.say("2probe");
    expect(await wire.next()).toBe("3probe");
    wire.say("5", "40");
    expect(await wire.next()).toMatch(/^40\{"sid"/);
    expect(await (await poll({ sid })).text()).toContain('"code":3');
    expect(await new Wire({ sid }).next()).toBe("closed");
    while (!(await wire.next()).startsWith('42["joined"'));
    expect(await wire.stillAnswers()).toMatch(/^4399\[/);
  });
});

describe("the browser bundle", () => {
  it.each(["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.min.js.map"])(
    "P-SIO-12: %s is there, and cached by its version",
    async (name) => {
      const url = `${server.url}/socket.io/${name}`;
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toMatch(name.endsWith(".map") ? /json/ : /javascript/);
      expect((await answer.text()).length).toBeGreaterThan(10_000);
      const etag = answer.headers.get("etag") ?? "";
      const again = await fetch(url, { headers: { "if-none-match": etag } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
      expect((await fetch(url, { method: "HEAD" })).headers.get("content-length")).not.toBe("0");
    },
  );

  it("P-SIO-12: nothing else is", async () => {
    for (const name of ["package.json", "..%2fpackage.json", "__proto__", "x"])
      expect((await fetch(`${server.url}/socket.io/${name}`)).status).toBe(404);
  });
});
