/** The contract as AsyncAPI: held against the published schema of AsyncAPI 3.0, and against what really goes over a socket. */
import specs from "@asyncapi/specs";
import {
  type Contract,
  defineContract,
  events as bundledEvents,
  type EventOptions,
} from "@roomcast/protocol";
import type { StandardJSONSchemaV1 } from "@standard-schema/spec";
import { Ajv, type SchemaObject } from "ajv";
import { once } from "node:events";
import { createServer as createHttpServer, get as httpGet, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import * as v from "valibot";
import { afterEach, describe, expect, it } from "vitest";

import { BareSocket } from "../../test/bare-socket.ts";
import { createServer, type RoomcastServer, type ServerOptions } from "../index.ts";
import { asyncapiDocument } from "./asyncapi-document.ts";

interface Reference {
  readonly $ref: string;
}

interface Document {
  readonly servers?: { readonly here: { readonly host: string; readonly protocol: string } };
  readonly channels: { readonly socket: { readonly messages: Record<string, { readonly payload: object }> } };
  readonly operations: Record<string, { readonly messages: Reference[] }>;
  readonly components: { readonly schemas: Record<string, object> };
}

const documentOf = async (contract: Contract): Promise<Document> =>
  (await asyncapiDocument(contract)) as Document;

const messageNames = ({ channels }: Document): string[] => Object.keys(channels.socket.messages);

/** Whether a value is what the document says of the message of this name. */
function fits(document: Document, name: string, value: unknown): boolean {
  const ajv = new Ajv({ strict: false });
  ajv.addSchema({ ...document, $id: "contract" });
  return ajv.validate({ $ref: `contract#/channels/socket/messages/${name}/payload` }, value);
}

/** A validator that is none of ours, and says itself what it takes. */
function speaking(input: Record<string, unknown>): EventOptions["data"] {
  const standard: EventOptions["data"]["~standard"] & StandardJSONSchemaV1.Props = {
    ...{ version: 1, vendor: "another", validate: (value) => ({ value }) },
    jsonSchema: { input: () => input, output: () => ({ type: "string" }) },
  };
  return { "~standard": standard };
}

const mute: EventOptions["data"] = {
  "~standard": { version: 1, vendor: "mute", validate: (value) => ({ value }) },
};

const TREE = {
  ...{ type: "object", properties: { children: { type: "array", items: { $ref: "#/definitions/tree" } } } },
  definitions: { tree: { type: "object", required: ["leaf"], properties: { again: { $ref: "#" } } } },
};

const CONTRACTS: Record<string, Contract> = {
  "the bundled one": bundledEvents,
  "a strict one of many kinds": defineContract({
    events: {
      tree: { data: speaking(TREE) },
      any: { data: mute, kept: false },
      news: { data: v.object({ text: v.pipe(v.string(), v.regex(/^news/i)) }), publisher: "server" },
    },
  }),
  "an empty one": defineContract({ events: {} }),
};
const many = CONTRACTS["a strict one of many kinds"] ?? bundledEvents;

/** What the published schema of AsyncAPI 3.0 has against it. */
function faultsOf(document: object): readonly object[] {
  asyncapi.validate("asyncapi", document);
  return asyncapi.errors ?? [];
}
// The schema brings draft 7 along.
const asyncapi = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
asyncapi.addSchema(specs.schemas["3.0.0"] as SchemaObject, "asyncapi");

describe("the contract as AsyncAPI 3", () => {
  it.each(Object.entries(CONTRACTS))(
    "H-CONTRACT: %s is valid, and each reference leads somewhere",
    async (_, contract) => {
      const document = await documentOf(contract);
      expect(faultsOf(document)).toEqual([]);
      const references: string[] = [];
      JSON.stringify(document, (key, value: unknown) => {
        if (key === "$ref") references.push(String(value));
        return value;
      });
      expect(references.length).toBeGreaterThan(0);
      for (const reference of references) {
        const [, ...steps] = reference.split("/");
        const at = steps.reduce<unknown>(
          (place, step) => (place as Record<string, unknown> | undefined)?.[step],
          document,
        );
        expect(at, reference).toBeDefined();
      }
    },
  );

  it("H-CONTRACT: a strict one has its own events and no other, an open one any", async () => {
    const open = messageNames(await documentOf(bundledEvents));
    expect(open).toEqual(
      expect.arrayContaining(["up.publish", "up.publish.typing", "down.event", "down.event.typing"]),
    );
    const strict = messageNames(await documentOf(many));
    expect(strict).toEqual(expect.arrayContaining(["up.publish.tree", "down.event.news", "down.joined"]));
    for (const name of ["up.publish", "up.publish.news", "down.event"]) expect(strict).not.toContain(name);
  });

  it("H-CONTRACT: data goes in as the validator takes it, and comes as it puts it out", async () => {
    const document = await documentOf(many);
    const publish = { type: "publish", id: "1", room: "r", event: "tree" };
    const tree = { children: [{ leaf: 1, again: { children: [] } }] };
    expect(fits(document, "up.publish.tree", { ...publish, data: tree })).toBe(true);
    expect(fits(document, "up.publish.tree", { ...publish, data: { children: [{}] } })).toBe(false);
    expect(fits(document, "up.publish.tree", { ...publish, event: "any", data: tree })).toBe(false);
    expect(fits(document, "up.publish.any", { ...publish, event: "any", data: [null] })).toBe(true);
    const event = {
      type: "event",
      id: "1",
      room: "r",
      from: { clientId: null, user: "u", name: "" },
      time: 1,
    };
    expect(fits(document, "down.event.tree", { ...event, event: "tree", data: "text" })).toBe(true);
    expect(fits(document, "down.event.tree", { ...event, event: "tree", data: tree })).toBe(false);
  });

  it("H-CONTRACT: a pattern with flags is left out, since it would refuse what passes", async () => {
    const document = await documentOf(many);
    const event = {
      type: "event",
      id: "é",
      room: "r",
      from: { clientId: null, user: "u", name: "" },
      time: 1,
    };
    expect(fits(document, "down.event.news", { ...event, event: "news", data: { text: "NEWS" } })).toBe(true);
    expect(JSON.stringify(document)).not.toContain("Surrogate");
  });
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const QUIET = { store: "memory", log: "silent", port: 0, host: "127.0.0.1" } as const;

async function started(options: ServerOptions = {}): Promise<RoomcastServer> {
  const server = await createServer({ ...QUIET, ...options });
  open.push(server);
  await server.listen();
  return server;
}

/** Not `fetch`, which sends a Host of its own. */
async function ask(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; document: Document }> {
  const request = httpGet(`${url}/v1/asyncapi.json`, { headers, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  return { status: response.statusCode ?? 0, document: JSON.parse(text) as Document };
}

describe("GET /v1/asyncapi.json", () => {
  it("H-CONTRACT-WIRE: what goes over a socket is what the document says", async () => {
    const { url } = await started();
    const { document } = await ask(url);
    const socket = await BareSocket.open(Number(new URL(url).port));
    const room = "general";
    const said = [
      ["up.hello", { type: "hello", protocol: 1, name: "Åsa" }],
      ["up.publish.message", { type: "publish", id: "1", room, event: "message", data: { text: "hi" } }],
      ["up.publish.typing", { type: "publish", id: "2", room, event: "typing", data: { on: true } }],
      ["up.presence", { type: "presence", id: "3", room, state: { mood: "good" } }],
      ["up.history", { type: "history", id: "4", room, limit: 1 }],
      ["up.publish", { type: "publish", id: "5", room, event: "message", data: {} }],
      ["up.leave", { type: "leave", id: "6", room }],
      ["up.join", { type: "join", id: "7", room, history: 5 }],
      ["up.ping", { type: "ping" }],
    ] as const;
    for (const [name, message] of said) {
      expect(fits(document, name, message), name).toBe(true);
      socket.say(message);
    }
    const heard = new Set<string>();
    while (!heard.has("pong")) {
      const message = await socket.message();
      const type = String(message["type"]);
      heard.add(type);
      const name = type === "event" ? `down.event.${String(message["event"])}` : `down.${type}`;
      expect(fits(document, name, message), `${name} ${JSON.stringify(message)}`).toBe(true);
    }
    expect([...heard]).toEqual(
      expect.arrayContaining(["welcome", "joined", "event", "ack", "history", "left", "error"]),
    );
    socket.destroy();
  });

  it("P-HTTP-9: whoever may take part may read it, and nobody else", async () => {
    expect((await ask((await started()).url)).status).toBe(200);
    const closed = await started({
      guests: "deny",
      authenticate: ({ headers }) => (headers.cookie === "me" ? { user: "me" } : undefined),
    });
    expect((await ask(closed.url)).status).toBe(401);
    expect((await ask(closed.url, { cookie: "me" })).status).toBe(200);
  });

  it.each<[string, ServerOptions, string, object | undefined]>([
    ["this machine", {}, "localhost:3000", { host: "localhost:3000", protocol: "ws" }],
    ["this machine", {}, "[::1]:80", { host: "[::1]", protocol: "ws" }],
    ["a name that only the request says", {}, "evil.example", undefined],
    ["a name that begins like this machine", {}, "localhost.evil.example", undefined],
    ["no name at all", {}, "a b", undefined],
    [
      "a listed name",
      { origins: ["https://chat.example"] },
      "chat.example",
      { host: "chat.example", protocol: "wss" },
    ],
    ["another than the listed", { origins: ["https://chat.example"] }, "evil.example", undefined],
  ])("H-CONTRACT-HOST: by %s", async (_, options, host, here) => {
    const { url } = await started(options);
    const { document } = await ask(url, { host });
    expect(document.servers?.here).toEqual(here);
  });

  it("H-CONTRACT: in an http server of somebody else it is there too", async () => {
    const http = createHttpServer((_request, response) => response.end("mine"));
    open.push(await createServer({ ...QUIET, server: http }));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    open.push({ close: () => new Promise((resolve) => http.close(() => resolve())) });
    const { document } = await ask(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    expect(messageNames(document)).toContain("up.publish.message");
  });
});
