/** Roomcast inside an Express app that has routes, sessions and sockets of its own. */
import { createServer, refuse } from "@roomcast/server";
import express from "express";
import { randomUUID } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { WebSocketServer } from "ws";

const app = express();
const http = createHttpServer(app);

/** Sessions of our own, by a cookie. An app of yours has a library for that, and a store. */
const sessions = new Map<string, string>();
const sessionOf = ({ headers }: IncomingMessage): string | undefined =>
  /(?:^|; )sid=([^;]+)/.exec(headers.cookie ?? "")?.[1];

const roomcast = await createServer({
  server: http,
  store: "memory",
  log: "warn",
  // Asked before a socket or a request is accepted. Whoever has no session is not let in as a guest.
  authenticate(request) {
    const user = sessions.get(sessionOf(request) ?? "");
    return user === undefined ? refuse("log in first", "unauthorised") : { user, name: user };
  },
  handlers: {
    message({ data }) {
      if (data.text.includes("spam")) return refuse("no spam here");
    },
  },
});
const general = roomcast.rooms.get("general");

app.post("/login/:user", ({ params: { user } }, response) => {
  const sid = randomUUID();
  sessions.set(sid, user);
  response.cookie("sid", sid, { httpOnly: true, sameSite: "lax" }).send(`hello, ${user}\n`);
});

/** Any route publishes, … */
app.post("/deploys/:version", async ({ params: { version } }, response) => {
  const published = await general.publish("message", { text: `version ${version} is out` });
  response.status(published.ok ? 200 : 503).json(published);
});

/** … reads … */
app.get("/last", async (_request, response) => {
  const page = await general.history({ limit: 1 });
  response.json(page.ok ? page.value.events : page.error);
});

/** … and shows people the door. */
app.delete("/members/:clientId", ({ params: { clientId } }, response) => {
  response.sendStatus(general.kick(clientId) ? 204 : 404);
});

/** Another WebSocketServer on another path: each takes its own upgrades only. */
const clock = new WebSocketServer({ server: http, path: "/clock" });
clock.on("connection", (socket) => {
  socket.send(new Date().toISOString());
});

http.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
  console.log(`listening on ${roomcast.url}`);
});
