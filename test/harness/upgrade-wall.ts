/** Owns a proxy of the kind that knows no WebSockets: plain requests go through, streamed, and upgrades fare as it is told. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** refuse: an answer of its own. swallow: none at all. mute: the 101, and nothing behind it. */
export type Wall = "refuse" | "swallow" | "mute" | "none";

export class UpgradeWall implements AsyncDisposable {
  wall: Wall;
  /** Upgrades that were asked for. */
  upgrades = 0;
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #sockets = new Set<Duplex>();

  private constructor(targetPort: number, wall: Wall) {
    this.#targetPort = targetPort;
    this.wall = wall;
    this.#server = createServer((asked, answer) => {
      this.#forward(asked, answer);
    });
    this.#server.on("upgrade", (asked: IncomingMessage, client: Socket, head: Buffer) => {
      this.#upgrade(asked, client, head);
    });
  }

  static async before(targetPort: number, wall: Wall): Promise<UpgradeWall> {
    const one = new UpgradeWall(targetPort, wall);
    one.#server.listen(0, "127.0.0.1");
    await once(one.#server, "listening");
    return one;
  }

  get http(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, headers } = asked;
    const onward = request(
      { host: "127.0.0.1", port: this.#targetPort, method, path, headers },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
        answered.on("error", () => answer.destroy());
      },
    );
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  }

  #upgrade(asked: IncomingMessage, client: Socket, head: Buffer): void {
    this.upgrades += 1;
    this.#keep(client);
    if (this.wall === "swallow") return;
    if (this.wall === "refuse") {
      client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\nConnection: close\r\n\r\nproxy");
      return;
    }
    const server = connect(this.#targetPort, "127.0.0.1");
    this.#keep(server);
    const lines = [`${asked.method ?? "GET"} ${asked.url ?? "/"} HTTP/1.1`];
    for (let index = 0; index < asked.rawHeaders.length; index += 2) {
      lines.push(`${asked.rawHeaders[index] ?? ""}: ${asked.rawHeaders[index + 1] ?? ""}`);
    }
    server.write(`${lines.join("\r\n")}\r\n\r\n`);
    server.write(head);
    if (this.wall === "none") {
      client.pipe(server);
      server.pipe(client);
    } else {
      server.once("data", (chunk: Buffer) => client.write(chunk));
    }
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
