/** Row 2 of docs/threats.md, its second half: what a server writes while secrets pass; and what its answers say of themselves. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../../harness/bare-client.ts";
import { Besieged } from "../../harness/threats/besieged.ts";
import { exchange, knock } from "../../harness/threats/heads.ts";
import { forgedTokens, SECRET, tokenFor } from "../../harness/threats/tokens.ts";
import { CONNECTED, OPEN, TRANSPORTS } from "../../harness/threats/wires.ts";
import { until } from "../../harness/until.ts";

const JSON_BODY = { "Content-Type": "application/json" };
const ADMIN = "an-admin-token-that-nobody-can-guess";

let besieged: Besieged;
beforeAll(async () => {
  const policy = { ROOMCAST_JWT_ISSUER: "https://id.example", ROOMCAST_JWT_AUDIENCE: "chat" };
  besieged = await Besieged.start(
    {
      ...{ ROOMCAST_JWT_SECRET: SECRET, ...policy, ROOMCAST_ADMIN_TOKEN: ADMIN, ROOMCAST_LOG: "trace" },
    },
    tokenFor("honest"),
  );
});
afterAll(() => besieged[Symbol.asyncDispose]());

/** Pieces of a secret that say which it was. */
function piecesOf(secret: string): string[] {
  const parts = secret.split(".").filter((part) => part.length >= 12);
  return parts.length === 0 ? [secret] : parts.map((part) => part.slice(-12));
}

it("T-2: no byte of a token is in what a server writes, at any level, whatever way it came and whether or not it was good", async () => {
  const { port } = besieged;
  const secrets: string[] = [ADMIN, SECRET];
  const answers: string[] = [];
  const good = tokenFor("ada", { marker: "a-claim-of-the-token" });
  for (const token of [good, ...forgedTokens("http://127.0.0.1:1/keys").map(([, forged]) => forged)]) {
    if (token.length < 20) continue;
    secrets.push(token);
    for (const transport of TRANSPORTS) {
      const wire = await OPEN[transport](port, { token });
      await wire.raw(JSON.stringify({ type: "refresh", id: "r", token: `${token}x` }));
      wire.destroy();
      if (token !== good) continue;
      for (const query of [`token=${token}`, `ticket=${token}`, `access_token=${token}`]) {
        const socket = await knock[transport](
          port,
          { Authorization: `Bearer ${token}x`, Cookie: `t=${token}` },
          query,
        );
        await socket.status();
        answers.push(socket.text);
        socket.destroy();
      }
    }
  }
  const { resume } = (await BareClient.join(besieged.server.ws, { token: tokenFor("ben") })).welcome;
  // The rest of it is the client's id, which is no secret.
  secrets.push(resume.split(".").at(-1)!);
  for (const transport of CONNECTED)
    (await OPEN[transport](port, { token: tokenFor("cid"), resume })).destroy();
  const bearer = { Authorization: `Bearer ${good}` };
  const ticket = /"ticket":"([\w-]+)"/.exec(
    (await exchange(port, "POST", "/v1/tickets", bearer, "")).text,
  )?.[1];
  secrets.push(ticket!);
  for (let n = 0; n < 2; n += 1)
    answers.push((await exchange(port, "HEAD", `/v1/rooms/general/stream?ticket=${ticket}`)).text);
  const admin = { Authorization: `Bearer ${ADMIN}` };
  for (const path of ["/metrics", "/v1/admin/overview", "/v1/admin/clients?limit=200", "/v1/admin/rooms"])
    answers.push((await exchange(port, "GET", path, admin)).text);
  answers.push((await exchange(port, "POST", "/v1/admin/clients/nobody/disconnect", admin, "")).text);
  answers.push((await exchange(port, "GET", `/v1/admin/overview?token=${ADMIN}`, bearer)).text);
  // Where a user, a client or a room is asked for.
  for (const secret of [good, resume]) {
    const ban = JSON.stringify({ act: "ban", user: secret, reason: "misplaced" });
    await exchange(port, "POST", "/v1/admin/moderation", { ...admin, ...JSON_BODY }, ban);
    await exchange(port, "POST", `/v1/admin/clients/${secret}/kick`, admin, "");
    await exchange(port, "POST", `/v1/admin/rooms/${secret}/delete`, admin, "");
  }
  await until("the last of it is logged", () => besieged.server.log.some(({ msg }) => msg === "audit"));
  const files = readdirSync(besieged.server.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  const written = [besieged.server.output, ...answers, ...files].join("\n");
  expect(written.length).toBeGreaterThan(10_000);
  const found = secrets.flatMap(piecesOf).filter((piece) => written.includes(piece));
  expect(found).toEqual([]);
  await besieged.unharmed();
});

describe("every answer", () => {
  async function expectToSayWhatItIs(
    request: string,
    headers: Readonly<Record<string, string>>,
    status?: number,
  ): Promise<void> {
    const [method = "", target = ""] = request.split(" ");
    const body = method === "POST" ? "" : undefined;
    const answer = await exchange(besieged.port, method, target, headers, body);
    if (status !== undefined) expect(await answer.status()).toBe(status);
    const head = answer.text.slice(0, answer.text.indexOf("\r\n\r\n")).toLowerCase();
    expect(head).toContain("\r\nx-content-type-options: nosniff");
    expect(head).toContain("\r\nreferrer-policy: no-referrer");
    expect(head).toMatch(/\r\ncontent-security-policy: default-src 'none';.* frame-ancestors 'none'/);
  }

  it.each([
    ...["GET /healthz", "GET /readyz", "GET /v1/rooms", "GET /v1/rooms/general/events", "GET /nowhere"],
    ...["GET /v1/asyncapi.json", "POST /v1/tickets", "POST /v1/rooms/general/events", "OPTIONS /v1/rooms"],
    ...[
      "DELETE /v1/rooms",
      "GET /metrics",
      "GET /v1/admin/overview",
      "GET /v1/admin/nowhere",
      "POST /v1/sse/messages",
    ],
    ...[
      "GET /socket.io/?EIO=4&transport=polling",
      "GET /socket.io/?EIO=3&transport=polling",
      "GET /socket.io/socket.io.js",
    ],
    ...[
      "GET /socket.io/?EIO=4&transport=polling&sid=x",
      "PUT /socket.io/",
      "HEAD /v1/rooms/general/stream",
      "GET /",
    ],
    ...["GET /manifest.webmanifest", "GET /r/general", "GET /v1/ws"],
  ])("W-HEADERS: %s is what it says, refers to nobody, and runs nothing of anybody", async (request) => {
    await expectToSayWhatItIs(request, { Accept: "text/html" });
  });

  it.each(["GET /metrics", "GET /v1/admin/overview", "HEAD /v1/admin/live", "HEAD /v1/admin/tail"])(
    "W-HEADERS: so is %s to an operator",
    async (request) => {
      await expectToSayWhatItIs(request, { Authorization: `Bearer ${ADMIN}` }, 200);
    },
  );

  it("W-HEADERS: so is an upgrade that is refused", async () => {
    for (const transport of ["ws", "socketio-websocket"] as const) {
      const socket = await knock[transport](besieged.port, { Origin: "https://evil.example" });
      expect(await socket.status()).toBe(403);
      expect(socket.text).toContain("\r\nX-Content-Type-Options: nosniff\r\n");
    }
  });
});
