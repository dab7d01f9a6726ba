/** Rows 1, 2, 13 and 14 of docs/threats.md: who gets in. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../../harness/bare-client.ts";
import { until } from "../../harness/until.ts";
import { Besieged } from "../../harness/threats/besieged.ts";
import { forgedTokens, SECRET, tokenFor } from "../../harness/threats/tokens.ts";
import { exchange, knock } from "../../harness/threats/heads.ts";
import { CONNECTED, OPEN, TRANSPORTS } from "../../harness/threats/wires.ts";

let besieged: Besieged;
/** Whoever asks here was led by a token. */
const lure = createServer();
let asked = 0;
beforeAll(async () => {
  lure.on("connection", (socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => lure.listen(0, "127.0.0.1", resolve));
  const policy = { ROOMCAST_JWT_ISSUER: "https://id.example", ROOMCAST_JWT_AUDIENCE: "chat" };
  besieged = await Besieged.start({ ROOMCAST_JWT_SECRET: SECRET, ...policy }, tokenFor("honest"));
});
afterAll(async () => {
  lure.close();
  await besieged[Symbol.asyncDispose]();
});
afterEach(() => besieged.unharmed());

describe.each(TRANSPORTS)("by %s", (transport) => {
  it.each([
    "null",
    "https://evil.example",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "file://",
    "http://user@127.0.0.1",
  ])("T-1: a page of %s is refused before anything is accepted", async (origin) => {
    const socket = await knock[transport](besieged.port, {
      Origin: origin,
      Authorization: `Bearer ${tokenFor("ada")}`,
    });
    expect(await socket.status()).toBe(403);
    expect(socket.text.toLowerCase()).not.toContain("access-control-allow-origin");
    await socket.end();
  });

  it.each(["token", "access_token", "auth", "jwt", "authorization", "ticket"])(
    "P-SOCK-3 T-2: ?%s= lets nobody in",
    async (name) => {
      const socket = await knock[transport](besieged.port, {}, `${name}=${tokenFor("ada")}`);
      if (transport === "http") expect(await socket.status()).toBe(401);
      else {
        // A socket may say who it is by its hello; this one says nothing.
        expect([101, 200]).toContain(await socket.status());
        expect(socket.text).not.toContain("welcome");
      }
      socket.destroy();
    },
  );

  it("T-13: 24 forged tokens are unauthorised, nothing of them is quoted, and nobody is asked about them", async () => {
    const { port } = lure.address() as AddressInfo;
    for (const [name, token] of forgedTokens(`http://127.0.0.1:${port}/keys`)) {
      const wire = await OPEN[transport](besieged.port, { token });
      const answer = transport === "http" ? await wire.publish({ data: '{"text":"x"}' }) : wire.heard;
      // What is longer than a token may be is no hello at all.
      expect([name, answer]).toEqual([name, expect.stringMatching(/unauthorised|bad_message|closed/)]);
      expect(wire.heard).not.toContain("welcome");
      if (token.length > 20) expect(wire.heard).not.toContain(token.slice(-20));
      wire.destroy();
    }
    expect(asked).toBe(0);
    const wire = await OPEN[transport](besieged.port, { token: tokenFor("ada") });
    expect(await wire.publish({ data: '{"text":"x"}' })).toBe("ok");
    wire.destroy();
  });
});

describe.each(CONNECTED)("by %s", (transport) => {
  it("T-15: a token that expires ends its connection, and what is said then is not heard", async () => {
    const room = `until-${transport}`;
    const token = tokenFor("late", { exp: Math.ceil(Date.now() / 1000) + 1 });
    const late = await OPEN[transport](besieged.port, { token, join: [{ room }] });
    expect(late.heard).toContain("welcome");
    await until("it is ended", () => late.ended);
    expect(transport.startsWith("socketio") ? late.heard : "4401").toContain("4401");
    const other = await BareClient.join(besieged.server.ws, { token: tokenFor("other"), join: [{ room }] });
    await other.publish(room, "message", { text: "not for the late" });
    expect(late.heard).not.toContain("not for the late");
    await other.close();
    late.destroy();
  });

  it("T-14: a resume token of another user resumes nothing", async () => {
    const victim = await BareClient.join(besieged.server.ws, { token: tokenFor("victim") });
    const { clientId, resume } = victim.welcome;
    victim.socket.terminate();
    const thief = await OPEN[transport](besieged.port, { token: tokenFor("thief"), resume });
    expect(thief.heard).toContain('"resumed":false');
    expect(/"type":"welcome".*?"clientId":"([\w-]+)"/.exec(thief.heard)?.[1]).not.toBe(clientId);
    thief.destroy();
    const back = await BareClient.join(besieged.server.ws, { token: tokenFor("victim"), resume });
    expect(back.welcome).toMatchObject({ clientId, resumed: true });
    await back.close();
  });
});

it("T-14: a ticket is good once, and none of another make is", async () => {
  const headers = { Authorization: `Bearer ${tokenFor("ada")}` };
  const issued = await exchange(besieged.port, "POST", "/v1/tickets", headers, "");
  const ticket = /"ticket":"([\w-]+)"/.exec(issued.text)?.[1] ?? "";
  const read = (query: string) => exchange(besieged.port, "HEAD", `/v1/rooms/general/stream?${query}`);
  expect(await (await read(`ticket=${ticket}`)).status()).toBe(200);
  expect(await (await read(`ticket=${ticket}`)).status()).toBe(401);
  for (const query of [`ticket=${ticket}x`, "ticket=", `ticket=${ticket}&ticket=${ticket}`]) {
    expect(await (await read(query)).status()).toBe(401);
  }
});
