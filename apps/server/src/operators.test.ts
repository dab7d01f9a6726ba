/** The operators of a whole server: what they and the application do is in the log, and the token is theirs alone. */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { pino } from "pino";
import { describe, expect, it } from "vitest";

import { member, QUIET, started } from "../test/library.ts";
import { createServer, type RoomcastServer } from "./index.ts";

describe("its operators", () => {
  const TOKEN = "0123456789abcdef0123456789abcdef";
  const asked = (server: RoomcastServer, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}/v1/admin${path}`, init);

  it("H-ADMIN-AUDIT: what an operator and the application do is in the log", async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = pino(
      { base: null },
      { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    );
    const server = await started({ logger });
    const ada = await member(server);
    const { clients } = (await (await asked(server, "/clients")).json()) as {
      clients: { clientId: string }[];
    };
    const clientId = clients[0]!.clientId;
    const headers = { "content-type": "application/json" };
    await asked(server, `/clients/${clientId}/kick`, { method: "POST", body: "{}", headers });
    const room = server.rooms.get("general");
    room.kick("nobody");
    await room.delete();
    expect(lines.filter(({ msg }) => msg === "audit")).toMatchObject([
      { level: 30, act: "kick", as: "operator", clientId, remote: "127.0.0.1" },
      { act: "kick", as: "application", room: "general", clientId: "nobody", refused: "unknown_member" },
      { act: "delete", as: "application", room: "general" },
    ]);
    ada.destroy();
  });

  it("H-ADMIN-WHO: a server of yours has an operators' API for the token alone", async () => {
    const http = createHttpServer();
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const attached = await createServer({ ...QUIET, server: http });
    expect((await asked(attached, "/overview")).status).toBe(404);
    await attached.close();
    const withToken = await createServer({ ...QUIET, server: http, adminToken: TOKEN });
    expect((await asked(withToken, "/overview")).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await asked(withToken, "/overview", { headers })).status).toBe(200);
    await withToken.close();
    http.close();
  });

  it("H-ADMIN-CLOSED: a stream does not keep a server from ending", async () => {
    const server = await started();
    const { body } = await asked(server, "/live");
    await server.close();
    // All of it: it has an end.
    expect(await new Response(body).text()).toContain("data: ");
  });
});
