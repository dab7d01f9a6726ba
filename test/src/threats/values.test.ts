/** Rows 11, 12, 17 and 18 of docs/threats.md: what stands in a message. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../../harness/bare-client.ts";
import { Besieged } from "../../harness/threats/besieged.ts";
import { OPEN, type Transport, TRANSPORTS, type Wire } from "../../harness/threats/wires.ts";

let besieged: Besieged;
let wire: Wire | undefined;
beforeAll(async () => {
  besieged = await Besieged.start({ ROOMCAST_ROOMS_PER_SESSION: "0" });
});
afterAll(() => besieged[Symbol.asyncDispose]());
afterEach(async () => {
  wire?.destroy();
  wire = undefined;
  await besieged.unharmed();
});

const open = async (transport: Transport): Promise<Wire> =>
  (wire = await OPEN[transport](besieged.port, { name: "mallory" }));

const HOSTILE = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];

describe.each(TRANSPORTS)("by %s", (transport) => {
  it("T-11: names of a prototype are names like any other", async () => {
    const mallory = await open(transport);
    for (const name of HOSTILE) {
      expect([name, await mallory.join(name)]).toEqual([name, "ok"]);
      expect([name, await mallory.publish({ room: name, data: '{"text":"x"}', id: name })]).toEqual([
        name,
        "ok",
      ]);
      const isEvent = /^[a-z]/.test(name);
      const event = { room: name, event: name, data: '{"text":"x"}' };
      expect([name, await mallory.publish(event)]).toEqual([name, isEvent ? "ok" : "bad_event"]);
    }
  });

  it("T-11: keys of a prototype are data, and arrive as they were sent", async () => {
    const mallory = await open(transport);
    const listener = await BareClient.join(besieged.server.ws);
    const data = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x"}';
    expect(await mallory.publish({ event: "anything", data, id: `keys-${transport}` })).toBe("ok");
    const heard = await listener.hear("event", ({ id, event }) => event === "anything" && id !== "");
    expect(JSON.stringify(heard.data)).toBe(data);
    await listener.close();
  });

  it.each([
    ["33 levels", `${"[".repeat(33)}${"]".repeat(33)}`, "invalid_data"],
    ["32 levels", `${"[".repeat(32)}${"]".repeat(32)}`, "ok"],
    ["20,000 levels", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, "invalid_data"],
    ["1e400", '{"n":1e400}', "invalid_data"],
    ["a lone surrogate", '{"text":"\\ud800"}', "ok"],
    ["the same key twice", '{"text":1,"text":"x"}', "ok"],
    ["257 keys", `{${Array.from({ length: 257 }, (_, n) => `"k${n}":0`).join()}}`, "invalid_data"],
    [
      "4,000 integers that collide as keys",
      `{${Array.from({ length: 4_000 }, (_, n) => `"${n * 65_536}":0`).join()}}`,
      "invalid_data",
    ],
  ])("T-12: %s", async (_, data, answer) => {
    const mallory = await open(transport);
    expect(await mallory.publish({ event: "anything", data })).toBe(answer);
    expect(await mallory.publish({ data: '{"text":"still there"}' })).toBe("ok");
  });

  it("T-17: sender, time and place are the server's, whatever a message claims", async () => {
    const mallory = await open(transport);
    const listener = await BareClient.join(besieged.server.ws);
    const forged = { clientId: listener.id, user: "admin", name: "Admin" };
    const more = `,"from":${JSON.stringify(forged)},"clientId":"${listener.id}","user":"admin","time":1,"offset":999`;
    const text = `forged by ${transport}`;
    expect(await mallory.publish({ data: JSON.stringify({ text }), more })).toBe("ok");
    const heard = await listener.hear("event", ({ data }) => (data as { text: string }).text === text);
    expect(heard.from.clientId).not.toBe(listener.id);
    expect(heard.from.user).toMatch(/^guest/);
    expect(heard.offset).toBeLessThan(999);
    expect(heard.time).toBeGreaterThan(1_000_000_000_000);
    await listener.close();
  });

  it.each([
    ["nothing", ""],
    ["too long", "r".repeat(129)],
    ["a control", "a\nb"],
    ["a zero", "a\0b"],
    ["right to left", "a\u202eb"],
    ["no width", "a\u200bb"],
    ["a look-alike", "generаl"],
    ["a pattern", "chat.*"],
    ["a path", "../admin"],
    ["a space", "a b"],
  ])("T-18: %s is no room", async (_, room) => {
    const mallory = await open(transport);
    // Over HTTP nothing and ".." lead elsewhere: to no room either.
    const refusals = transport === "http" ? ["bad_room", "not_found", "bad_message"] : ["bad_room"];
    expect(refusals).toContain(await mallory.publish({ room, data: '{"text":"x"}' }));
    expect(refusals).toContain(await mallory.join(room));
  });
});
