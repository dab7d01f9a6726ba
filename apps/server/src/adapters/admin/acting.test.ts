/** What an operator does, over real HTTP, and what is kept of it. */
import { describe, expect, it } from "vitest";

import { AdminStage } from "../../../test/admin-stage.ts";

describe("what an operator does", () => {
  it("H-ADMIN-ACT: a kick ends a client, which cannot come back", async () => {
    await using stage = await AdminStage.start();
    const { connection, clientId } = await stage.connect();
    expect((await stage.ask(`/clients/${clientId}/kick`, { body: {} })).status).toBe(200);
    expect(connection.closed?.code).toBe(4506);
    expect((await stage.ask(`/clients/${clientId}/kick`, { body: {} })).json.error.code).toBe(
      "unknown_member",
    );
  });

  it("H-ADMIN-ACT: a kick out of one room leaves the others", async () => {
    await using stage = await AdminStage.start();
    const { connection, clientId } = await stage.connect({ join: [{ room: "a" }, { room: "b" }] });
    expect((await stage.ask(`/clients/${clientId}/kick`, { body: { room: "a" } })).status).toBe(200);
    expect(connection.messages.at(-1)).toEqual({ type: "left", room: "a", reason: "kicked" });
    expect((await stage.ask(`/clients/${clientId}`)).json.client?.rooms).toEqual(["b"]);
    expect((await stage.ask(`/clients/${clientId}/kick`, { body: { room: 1 } })).json.error.code).toBe(
      "bad_room",
    );
    expect((await stage.ask(`/clients/${clientId}/kick`, { body: { rom: "b" } })).json.error).toMatchObject({
      ...{ code: "bad_message", message: "rom: no such field" },
    });
    expect(connection.closed).toBeUndefined();
  });

  it("H-ADMIN-ACT: who is disconnected may come back", async () => {
    await using stage = await AdminStage.start();
    const { connection, clientId } = await stage.connect();
    expect((await stage.ask(`/clients/${clientId}/disconnect`, { body: {} })).status).toBe(200);
    expect(connection.closed?.code).toBe(1001);
    expect(stage.hub.counts().sessions).toBe(1);
    expect((await stage.ask("/clients/nobody/disconnect", { body: {} })).json.error.code).toBe(
      "unknown_member",
    );
  });

  it("H-ADMIN-ACT: publishes under the contract, once per Idempotency-Key", async () => {
    await using stage = await AdminStage.start();
    const asked = { body: { event: "message", data: { text: "hi" } }, headers: { "idempotency-key": "k" } };
    expect((await stage.ask("/rooms/general/events", asked)).json).toMatchObject({
      id: "k",
      position: { offset: 1 },
    });
    expect((await stage.ask("/rooms/general/events", asked)).json).toMatchObject({ duplicate: true });
    const page = await stage.hub.history(null, "general");
    expect(page.ok && page.value.events).toMatchObject([{ from: { clientId: null, user: "operator" } }]);
    for (const [body, code] of [
      [{ event: "message", data: {} }, "invalid_data"],
      [{ event: "join", data: {} }, "reserved_event"],
      [{ data: {} }, "bad_event"],
    ] as const)
      expect((await stage.ask("/rooms/general/events", { body })).json.error.code).toBe(code);
  });

  it("H-ADMIN-AUDIT: what was done, to whom and from where, and what was refused", async () => {
    await using stage = await AdminStage.start();
    const { clientId } = await stage.connect();
    await stage.ask("/rooms/general/events", { body: { event: "message", data: { text: "secret" } } });
    await stage.ask("/rooms/general/events", { body: { event: "message", data: {} } });
    await stage.ask(`/clients/${clientId}/kick`, { body: {} });
    await stage.ask("/clients/no%0Abody/disconnect", { body: {} });
    const by = { as: "operator", remote: "127.0.0.1" };
    expect(stage.acts).toEqual([
      { act: "publish", ...by, room: "general", event: "message" },
      { act: "publish", ...by, room: "general", event: "message", refused: "invalid_data" },
      { act: "kick", ...by, clientId },
      { act: "disconnect", ...by, clientId: "no\nbody", refused: "unknown_member" },
    ]);
  });
});
