/** A session is present while it may come back, and no longer. */
import { describe, expect, test } from "vitest";

import { come } from "../../test/coming.ts";
import { type Client, only, stage, valueOf } from "../../test/stage.ts";

describe("presence of a session", () => {
  test("R-PRESENCE-GRACE, A5: a quick resume is silent; after 15 s the others are told timeout", async () => {
    const s = stage();
    const other = await s.enter(["r"]);
    const first = await come(s, { join: [{ room: "r", state: { mood: "ok" } }] });
    await s.pass(1000);
    other.take();
    await first.client.end(1001);
    await s.pass(14_000);
    const second = await come(s, { resume: first.resume });
    await s.pass(30_000);
    expect(other.take()).toEqual([]);
    expect(valueOf(await s.hub.members(null, "r"))[1]).toMatchObject({ state: { mood: "ok" } });
    await second.client.end(1006);
    await s.pass(14_999);
    expect(other.take()).toEqual([]);
    expect(valueOf(await s.hub.members(null, "r"))).toHaveLength(2);
    await s.pass(101);
    expect(other.take()).toMatchObject([
      { count: 1, left: [{ clientId: first.clientId, reason: "timeout" }] },
    ]);
  });

  test("R-PRESENCE-GRACE, A5: 1000, or a close without a code, leaves at once as closed", async () => {
    for (const code of [1000, 1005]) {
      const s = stage();
      const other = await s.enter(["r"]);
      const first = await come(s, { join: [{ room: "r" }] });
      await s.pass(1000);
      other.take();
      await first.client.end(code);
      await s.pass(100);
      expect(other.take()).toMatchObject([
        { count: 1, left: [{ clientId: first.clientId, reason: "closed" }] },
      ]);
    }
  });

  test("R-PRESENCE-UNHEARD: what changes while nobody hears a room is shown to who comes, and told to nobody", async () => {
    const s = stage();
    const enter = async (name: string): Promise<Client> => {
      const client = s.connect();
      await client.hello({ name, join: [{ room: "r" }] });
      return client;
    };
    const ann = await enter("ann");
    await s.pass(1000);
    expect(only(ann.take(), "presence")).toEqual([]);
    await ann.end(1001);
    const ben = await enter("ben");
    expect(ben.took("joined")[0]!.members.map(({ name }) => name)).toEqual(["ann", "ben"]);
    await s.pass(1000);
    expect(ben.take()).toEqual([]);
    const cid = await enter("cid");
    expect(cid.took("joined")[0]!.count).toBe(3);
    await s.pass(1000);
    expect(ben.take()).toMatchObject([{ type: "presence", count: 3, joined: [{ name: "cid" }] }]);
  });

  test("P-SOCK-12 A7: many sockets closing at once leave the others untouched", async () => {
    const s = stage();
    const stay = [await s.enter(["r"]), await s.enter(["r"])];
    const go = await Promise.all(Array.from({ length: 40 }, () => s.enter(["r"])));
    valueOf(await s.hub.publish({ room: "r", event: "message", data: { text: "1" } }));
    for (const [index, client] of go.entries()) client.endNow([1000, 1001, 1006, 4999][index % 4]);
    valueOf(await s.hub.publish({ room: "r", event: "message", data: { text: "2" } }));
    await s.pass(20_000);
    for (const client of stay) {
      expect(client.closed).toBeUndefined();
      expect(only(client.take(), "event").map(({ offset }) => offset)).toEqual([1, 2]);
    }
    expect(s.hub.counts()).toEqual({ connections: 2, sessions: 2, rooms: 1 });
    expect(valueOf(await s.hub.members(null, "r"))).toHaveLength(2);
  });

  test("A1, A9: the end of a connection counts once, whoever tells it how often", async () => {
    const s = stage();
    const client = await s.enter(["r"]);
    client.endNow(1006);
    client.endNow(1000);
    s.hub.kick(client.id);
    await s.settle();
    expect(s.told.filter(({ kind }) => kind === "client_closed")).toHaveLength(1);
    expect(s.hub.counts().connections).toBe(0);
  });

  test("A1: a hub that closes a socket whose adapter tells the end at once ends it once", async () => {
    const s = stage();
    const client = await s.enter(["r"]);
    const close = client.connection.close.bind(client.connection);
    client.connection.close = (name) => {
      close(name);
      client.endNow(1006);
    };
    s.hub.kick(client.id);
    expect(s.told.filter(({ kind }) => kind === "client_closed")).toMatchObject([
      { code: 4506, by: "server" },
    ]);
  });
});
