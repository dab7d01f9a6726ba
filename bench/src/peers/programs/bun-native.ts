/** A room server on Bun's own WebSockets and their pub/sub, which is uWebSockets underneath. Run by Bun, not by Node. */
interface Message {
  readonly type: "join" | "publish";
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
}

interface Socket {
  subscribe(room: string): void;
  send(text: string): void;
}

interface Server {
  upgrade(request: unknown): boolean;
  publish(room: string, text: string): void;
}

declare const Bun: { serve(options: object): Server };

const server: Server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch: (request: unknown) =>
    server.upgrade(request) ? undefined : new Response("WebSockets only", { status: 400 }),
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    sendPings: false,
    backpressureLimit: 64 * 1024 * 1024,
    message(socket: Socket, frame: string) {
      const { type, room, event, data } = JSON.parse(frame) as Message;
      if (type === "publish") server.publish(room, JSON.stringify({ type: "event", room, event, data }));
      else {
        socket.subscribe(room);
        socket.send(JSON.stringify({ type: "joined", room }));
      }
    },
  },
});

export {};
