/** Rows D1, D7–D10, D17–D19: the programs under examples/, run as their READMEs say. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import { BareClient } from "../harness/bare-client.ts";
import { CHAT_EXAMPLES, isMissing } from "../harness/examples.ts";
import { freePort } from "../harness/ports.ts";
import { Program } from "../harness/program.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const CODE = ["*/*.{ts,js,py,cpp,html}", "*/*.conf"];
const COMMENT = /^\s*(?:$|\/\/|\/\*\*|\*|#|""")/;

let server: ServerProcess;
const folder = mkdtempSync(join(tmpdir(), "roomcast-examples-"));
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const enter = (room: string): Promise<BareClient> =>
  BareClient.join(server.ws, { name: "Ada", join: [{ room }] });

describe("what every example is", () => {
  it.each(globSync(CODE, { cwd: EXAMPLES }))("%s has at most 80 lines of code", (file) => {
    const lines = readFileSync(join(EXAMPLES, file), "utf8").split("\n");
    expect(lines.filter((line) => !COMMENT.test(line)).length).toBeLessThanOrEqual(80);
  });

  it.each(globSync("*/", { cwd: EXAMPLES }))(
    "%s has a README of at most three lines below its title",
    (name) => {
      const text = readFileSync(join(EXAMPLES, name, "README.md"), "utf8").trimEnd();
      const [title, empty, ...lines] = text.split("\n");
      expect([title?.slice(0, 2), empty]).toEqual(["# ", ""]);
      expect(lines.length).toBeLessThanOrEqual(3);
    },
  );
});

describe.each(CHAT_EXAMPLES)("$name", (example) => {
  beforeAll(async () => {
    if (!isMissing(example)) await example.build?.();
  });

  it.skipIf(isMissing(example))(
    "D1 D17 D18: takes part in a room, among clients of other kinds",
    async () => {
      const room = `chat-${example.name.replaceAll(/\W+/g, "-")}`;
      const ada = await enter(room);
      await ada.publish(room, "message", { text: "before" });
      await using program = example.start(server, room, "Guest");
      await program.prints(/^(1 )?Ada: before$/);
      const said = ["first", 'with "quotes" and \\', "Zoë 😀", "x".repeat(3000)];
      program.type(...said);
      await until("Ada hears it all", () => ada.texts(room).length > said.length);
      expect(ada.texts(room)).toEqual(["before", ...said]);
      await ada.publish(room, "message", { text: "after" });
      await program.prints(/^(6 )?Ada: after$/);
      expect(program.lines.filter((line) => line.includes("Zoë 😀"))).toHaveLength(1);
      program.type("");
      await ada.close();
    },
  );
});

describe("python-client (websockets)", () => {
  it.skipIf(process.env["ROOMCAST_PYTHON"] === undefined)(
    "D17 S1 S2: comes back after its server was killed, as itself, and misses nothing",
    async () => {
      const python = CHAT_EXAMPLES.find(({ needs }) => needs === "ROOMCAST_PYTHON");
      await using program = python!.start(server, "killed", "Py");
      program.type("one");
      await program.prints("1 Py: one");
      await server.kill();
      program.type("two");
      await server.boot();
      const ada = await enter("killed");
      await ada.publish("killed", "message", { text: "three" });
      await program.prints(/^\d Ada: three$/);
      await program.prints(/^\d Py: two$/);
      expect(program.lines).toHaveLength(3);
      await ada.close();
      const kept = await fetch(`${server.http}/v1/rooms/killed/events`);
      const { events } = (await kept.json()) as { events: { from: { name: string; clientId: string } }[] };
      const py = events.filter(({ from }) => from.name === "Py").map(({ from }) => from.clientId);
      expect([events.length, py.length, new Set(py).size]).toEqual([3, 2, 1]);
    },
  );
});

describe("stock-ticker", () => {
  it("D19: publishes at the rate that it is given, and its reader follows", async () => {
    const where = ["--url", server.http, "--room", "shares"];
    await using reader = Program.node("examples/stock-ticker/read.ts", server.http, "shares");
    await using ticker = Program.node(
      "examples/stock-ticker/main.ts",
      ...where,
      "--rate",
      "500",
      "--count",
      "8",
    );
    expect(await ticker.ended()).toBe(0);
    await reader.prints(/^8 PIKO \d/);
    const told = reader.lines.map((line) => line.split(" ")[0]).filter((word) => word !== "*");
    expect(told).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
  });

  it("D22: a rate that is none is refused in one sentence", async () => {
    await using ticker = Program.node("examples/stock-ticker/main.ts", "--rate", "fast");
    expect(await ticker.ended()).not.toBe(0);
    expect(ticker.complaints).toContain("--rate must be ticks per second, not fast");
  });
});

describe("express-embed", () => {
  it("D7 D8 D10 D29: its sessions let in, its routes publish, read and kick, its own sockets are its own", async () => {
    const port = await freePort();
    await using program = new Program(
      process.execPath,
      ["--conditions=@roomcast/source", "examples/express-embed/main.ts"],
      { env: { ...process.env, PORT: String(port) } },
    );
    const at = `127.0.0.1:${port}`;
    await program.prints(`listening on http://${at}`);
    const ask = (method: string, path: string): Promise<Response> => fetch(`http://${at}${path}`, { method });

    const stranger = new WebSocket(`ws://${at}/v1/ws`);
    const refused = await new Promise<number | undefined>((resolve) => {
      stranger.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    });
    expect(refused).toBe(401);

    const cookie = (await ask("POST", "/login/ada")).headers.get("set-cookie")?.split(";")[0] ?? "";
    const ada = await BareClient.open(`ws://${at}/v1/ws`, { cookie });
    ada.say({ type: "hello", protocol: 1 });
    expect(await ada.hear("joined")).toMatchObject({ members: [{ user: "ada", name: "ada" }] });
    expect(await (await ask("POST", "/deploys/7")).json()).toMatchObject({ ok: true });
    expect(await ada.hear("event")).toMatchObject({ data: { text: "version 7 is out" } });
    ada.say({ type: "publish", id: "1", room: "general", event: "message", data: { text: "spam" } });
    expect(await ada.hear("error")).toMatchObject({ code: "forbidden", message: "no spam here" });
    expect(await (await ask("GET", "/last")).json()).toMatchObject([{ offset: 1 }]);
    expect((await ask("GET", "/nowhere")).status).toBe(404);

    const clock = new WebSocket(`ws://${at}/clock`);
    const time = await new Promise<string>((resolve) => {
      clock.on("message", (data: Buffer) => resolve(data.toString()));
    });
    expect(new Date(time).toISOString()).toBe(time);
    clock.close();

    expect((await ask("DELETE", "/members/nobody")).status).toBe(404);
    expect((await ask("DELETE", `/members/${ada.id}`)).status).toBe(204);
    expect(await ada.hear("left")).toMatchObject({ reason: "kicked" });
    await ada.close();
  });
});

describe("nginx", () => {
  const nginx = process.env["ROOMCAST_NGINX"];

  it.skipIf(nginx === undefined)(
    "D9: passes on upgrades, requests, polls and event streams, each at once",
    async () => {
      const port = await freePort();
      const prefix = join(folder, "nginx");
      mkdirSync(prefix);
      const conf = readFileSync(join(EXAMPLES, "nginx/nginx.conf"), "utf8")
        .replace("127.0.0.1:3000", `127.0.0.1:${server.port}`)
        .replace("127.0.0.1:8080", `127.0.0.1:${port}`);
      writeFileSync(join(prefix, "nginx.conf"), conf);
      await using proxy = new Program(nginx!, ["-p", prefix, "-c", join(prefix, "nginx.conf")]);
      const url = `http://127.0.0.1:${port}`;
      await until("nginx answers", () =>
        fetch(`${url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );

      // Behind a proxy nobody comes from this machine: a page says its Origin.
      expect(await BareClient.open(`ws://127.0.0.1:${port}/v1/ws`)).toMatchObject({ ended: { code: 1006 } });
      const ada = await BareClient.open(`ws://127.0.0.1:${port}/v1/ws`, { Origin: url });
      ada.say({ type: "hello", protocol: 1, join: [{ room: "nginx" }] });
      await ada.hear("joined");

      const stream = await fetch(`${url}/v1/rooms/nginx/stream`, { headers: { Origin: url } });
      const events = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
      let streamed = "";
      const reading = (async () => {
        for (let part = await events.read(); !part.done; part = await events.read()) streamed += part.value;
      })();

      const stock = io(url, {
        ...{ transports: ["polling"], extraHeaders: { Origin: url }, auth: { join: [{ room: "nginx" }] } },
      });
      const polled: unknown[] = [];
      stock.on("message", ({ text }: { text: string }) => polled.push(text));
      await until("a stock client polls", () => stock.connected);
      await ada.hear("presence");

      const large = "x".repeat(60_000);
      const answer = await fetch(`${url}/v1/rooms/nginx/events`, {
        method: "POST",
        headers: { "content-type": "application/json", Origin: url },
        body: JSON.stringify({ event: "large", data: large }),
      });
      expect(await answer.json()).toMatchObject({ position: { offset: 1 } });
      expect(await ada.hear("event", ({ offset }) => offset === 1)).toMatchObject({ data: large });
      await ada.publish("nginx", "message", { text: "upwards" });
      await until("the stream has it", () => streamed.includes("upwards"));
      expect(streamed).toContain(large);
      await until("the polling client has it", () => polled.length > 0);
      expect(polled).toEqual(["upwards"]);
      stock.disconnect();
      await events.cancel();
      await reading;
      await ada.close();
      expect(proxy.complaints).not.toMatch(/emerg|crit/);
    },
  );
});
