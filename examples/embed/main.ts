/** Roomcast inside an http server that has routes of its own: publish from a route, and put your logic before the log. */
import { change, createServer, refuse } from "@roomcast/server";
import { createServer as createHttpServer } from "node:http";

const http = createHttpServer((request, response) => {
  if (request.method === "POST" && request.url === "/deploys") {
    void announce().then((offset) => response.end(`told the room, as number ${offset}\n`));
  } else if (request.url === "/") {
    response.end("my own page\n");
  } else if (!request.url?.startsWith("/v1/")) {
    response.writeHead(404).end();
  }
});

const roomcast = await createServer({
  server: http,
  store: "memory",
  log: "warn",
  handlers: {
    message({ data }) {
      if (data.text.includes("spam")) return refuse("no spam here");
      if (data.text.startsWith("/shout ")) return change({ ...data, text: data.text.slice(7).toUpperCase() });
    },
  },
});

async function announce(): Promise<number> {
  const published = await roomcast.rooms.get("general").publish("message", { text: "a new version is out" });
  if (!published.ok) throw new Error(published.error.message);
  return published.value.position?.offset ?? 0;
}

http.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
  console.log(`listening on ${roomcast.url}`);
});
