/** Rows 16 and 19 of docs/threats.md: what one may do in a room, and no more from the moment on when one may not. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { BareClient } from "../../harness/bare-client.ts";
import { Besieged } from "../../harness/threats/besieged.ts";
import { exchange } from "../../harness/threats/heads.ts";
import { SECRET, tokenFor } from "../../harness/threats/tokens.ts";
import { CONNECTED, OPEN, TRANSPORTS } from "../../harness/threats/wires.ts";
import { until } from "../../harness/until.ts";

const ADMIN = "an-admin-token-that-nobody-can-guess";

let besieged: Besieged;
beforeAll(async () => {
  besieged = await Besieged.start(
    { ROOMCAST_JWT_SECRET: SECRET, ROOMCAST_ADMIN_TOKEN: ADMIN },
    tokenFor("honest"),
  );
});
afterAll(() => besieged[Symbol.asyncDispose]());
afterEach(() => besieged.unharmed());

async function moderate(order: object): Promise<string> {
  const headers = { Authorization: `Bearer ${ADMIN}`, "Content-Type": "application/json" };
  const answer = await exchange(
    besieged.port,
    "POST",
    "/v1/admin/moderation",
    headers,
    JSON.stringify(order),
  );
  expect(await answer.status()).toBe(200);
  return answer.text;
}

describe.each(CONNECTED)("by %s", (transport) => {
  it.each(["ban", "revoke"])(
    "T-16: after a %s nothing of the room comes, and neither session nor token lets in",
    async (act) => {
      const [user, room] = [`${act}-${transport}`, `left-by-${act}-${transport}`];
      const token = tokenFor(user, { iat: Math.floor(Date.now() / 1000) - 60 });
      const other = await BareClient.join(besieged.server.ws, { token: tokenFor("other"), join: [{ room }] });
      const mallory = await OPEN[transport](besieged.port, { token, join: [{ room }] });
      const resume = /"resume":"([^"]+)"/.exec(mallory.heard)?.[1];
      await other.publish(room, "message", { text: "still for everybody" });
      await until("it is heard", () => mallory.heard.includes("still for everybody"));
      await moderate({ act, user });
      await other.publish(room, "message", { text: "not for the one who is out" });
      await until("it is ended", () => mallory.ended || /4503|4501|4506|"left"/.test(mallory.heard));
      expect(mallory.heard).not.toContain("not for the one");
      mallory.destroy();
      for (const hello of [
        { token, resume, join: [{ room }] },
        { token, join: [{ room }] },
      ]) {
        const back = await OPEN[transport](besieged.port, hello);
        expect(back.heard).toMatch(/forbidden|unauthorised/);
        expect(back.heard).not.toContain("not for the one");
        expect(back.heard).not.toContain("still for everybody");
        back.destroy();
      }
      await other.close();
    },
  );
});

describe.each(TRANSPORTS)("by %s", (transport) => {
  it("T-19: a room that one may not enter answers as one that is not there", async () => {
    const owner = await BareClient.join(besieged.server.ws, {
      token: tokenFor("owner"),
      join: [{ room: "secret" }],
    });
    await owner.publish("secret", "message", { text: "a secret" });
    const token = tokenFor("prober", { rooms: { general: ["join", "publish", "history"] } });
    const prober = await OPEN[transport](besieged.port, { token });
    // Over HTTP a join is asked for as history, which takes the token too.
    if (transport !== "http") {
      const [there, nowhere] = [await prober.join("secret"), await prober.join("nowhere-at-all")];
      expect([there, nowhere]).toEqual(["forbidden", "forbidden"]);
    }
    const data = '{"text":"x"}';
    const [there, nowhere] = [
      await prober.publish({ room: "secret", data }),
      await prober.publish({ room: "nowhere-at-all", data }),
    ];
    expect(there).toBe(nowhere);
    expect(["forbidden", "not_joined"]).toContain(there);
    expect(prober.heard).not.toContain("a secret");
    prober.destroy();
    await owner.close();
  });
});
