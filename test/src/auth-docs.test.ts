/** docs/auth.md: its programs run, and let in whom they should, to the rooms that they name. */
import { describe, expect, it } from "vitest";

import { blockWith, Workshop } from "../harness/doc-page.ts";
import { LINES } from "../harness/line.ts";
import { freePort } from "../harness/ports.ts";
import { Program } from "../harness/program.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { JWT_SECRET } from "../harness/tokens.ts";
import { until } from "../harness/until.ts";

const PAGE = "auth.md";
const env = { ROOMCAST_JWT_SECRET: JWT_SECRET };
const join_ = (room: string): { type: string; room: string } => ({ type: "join", room });

function start(workshop: Workshop, file: string): Program {
  const args = ["--conditions=@roomcast/source", file];
  return new Program(process.execPath, args, { cwd: workshop.folder, env: { ...process.env, ...env } });
}

const answers = (url: string, { complaints }: Program): Promise<void> =>
  until(`${url} answers; so far: ${complaints}`, () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );

describe("D10 auth.md", () => {
  it("Express: from a login to the rooms of the token and of one's own rules, and out of them again", async () => {
    using workshop = new Workshop();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    workshop.write("server.ts", blockWith(PAGE, "/logout-everywhere").replaceAll("3000", String(port)));
    await using running = start(workshop, "server.ts");
    await answers(`${url}/readyz`, running);

    const login = (user: string, password: string): Promise<Response> =>
      fetch(`${url}/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ user, password }),
      });
    expect((await login("ada", "wrong")).status).toBe(401);
    expect((await fetch(`${url}/token`)).status).toBe(401);
    const cookieOf = async (user: string, password: string): Promise<string> =>
      (await login(user, password)).headers.get("set-cookie")?.split(";")[0] ?? "";
    const cookie = await cookieOf("ada", "lovelace");
    const tokenBy = async (session: string): Promise<string> =>
      (await fetch(`${url}/token`, { headers: { cookie: session } })).text();
    const token = await tokenBy(cookie);

    await using line = await LINES["ws"]!(url, { token, join: [{ room: "news" }, { room: "team.blue" }] });
    expect(line.told.map(({ type }) => type)).toEqual(["welcome", "joined", "joined"]);
    expect(await line.ask(join_("team.red"))).toMatchObject({ code: "forbidden" });
    expect(await line.ask(join_("elsewhere"))).toMatchObject({ code: "forbidden" });

    const putOut = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}/teams/team.blue/ada`, { method: "DELETE", headers })).status;
    expect(await putOut({})).toBe(401);
    expect(await putOut({ cookie: await cookieOf("bob", "builder") })).toBe(403);
    expect(await putOut({ cookie })).toBe(204);
    await until("ada is out of the team's room", () =>
      line.told.some(({ type, room }) => type === "left" && room === "team.blue"),
    );
    expect((await fetch(`${url}/logout-everywhere`, { method: "POST", headers: { cookie } })).status).toBe(
      204,
    );
    await until("ada is out of everything", () => line.ended !== undefined);
    await using again = await LINES["ws"]!(url, { token, join: [{ room: "news" }] });
    expect(again.told).toMatchObject([{ code: "unauthorised" }]);
    const anew = await tokenBy(await cookieOf("ada", "lovelace"));
    await using back = await LINES["ws"]!(url, { token: anew, join: [{ room: "news" }] });
    expect(back.told, "a login right after it is a new one").toMatchObject([
      { user: "ada" },
      { type: "joined" },
    ]);
  });

  it.each([
    ["the room", "DELETE", "/teams/team.blue/ada", /^out of the room: forbidden/],
    ["everything", "POST", "/logout-everywhere", /^out of everything: /],
  ])(
    "the page's client goes by a function, and is told why it is out of %s",
    async (_, method, path, told) => {
      using workshop = new Workshop();
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      // The page's own cookie goes along in a browser; here the session is put into the address of the token.
      const server = blockWith(PAGE, "/logout-everywhere").replaceAll("3000", String(port));
      workshop.write("server.ts", server.replaceAll("userOf(request);", 'userOf(request) ?? "ada";'));
      await using running = start(workshop, "server.ts");
      await answers(`${url}/readyz`, running);
      const page = blockWith(PAGE, "team.onStatus").replaceAll("localhost:3000", `127.0.0.1:${port}`);
      workshop.write("page.ts", `${page}team.onJoined(() => console.log("in"));\n`);
      await using client = start(workshop, "page.ts");
      await client.prints("in");
      await fetch(url + path, { method });
      await client.prints(told);
    },
  );

  it("SvelteKit's route, and a bare login without a library, for a server that runs by itself", async () => {
    using workshop = new Workshop();
    await using server = await ServerProcess.start({ ...env, ROOMCAST_STORE: "memory" });
    const url = server.http;

    const port = await freePort();
    workshop.write("login.ts", blockWith(PAGE, "open sesame").replaceAll("4000", String(port)));
    await using login = start(workshop, "login.ts");
    const at = `http://127.0.0.1:${port}`;
    await answers(at, login);
    const basic = (words: string): RequestInit => ({ headers: { authorization: `Basic ${btoa(words)}` } });
    expect((await fetch(at, basic("bob:wrong"))).status).toBe(401);
    const bobs = await (await fetch(at, basic("bob:open sesame"))).text();
    await using bob = await LINES["ws"]!(url, { token: bobs, join: [{ room: "user.bob" }] });
    expect(bob.told).toMatchObject([{ user: "bob" }, { type: "joined" }]);
    expect(await bob.ask(join_("user.ada"))).toMatchObject({ code: "forbidden" });

    workshop.write("route.ts", blockWith(PAGE, "locals.user"));
    workshop.write(
      "ask.ts",
      `import { GET } from "./route.ts";
       console.log((await GET({ locals: {} })).status);
       console.log(await (await GET({ locals: { user: "ada" } })).text());`,
    );
    await using asked = start(workshop, "ask.ts");
    await until("the route has answered twice", () => asked.lines.length === 2);
    const [stranger, adas = ""] = asked.lines;
    expect(stranger).toBe("401");
    await using ada = await LINES["ws"]!(url, { token: adas, join: [{ room: "team.blue" }] });
    expect(ada.told).toMatchObject([{ user: "ada" }, { type: "joined" }]);
  });
});
