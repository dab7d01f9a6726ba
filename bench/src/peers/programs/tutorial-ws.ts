/** A room server on bare `ws`, as the tutorials write it: for each client in the room, `client.send(JSON.stringify(…))`. */
import { type WebSocket, WebSocketServer } from "ws";

interface Message {
  readonly type: "join" | "publish";
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
}

const rooms = new Map<string, Set<WebSocket>>();
const server = new WebSocketServer({
  ...{ host: "127.0.0.1", port: Number(process.argv[2]) },
  perMessageDeflate: false,
});

server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (frame: Buffer) => {
    const { type, room, event, data } = JSON.parse(frame.toString()) as Message;
    const members = rooms.get(room) ?? new Set();
    if (type === "join") {
      rooms.set(room, members.add(socket));
      socket.on("close", () => members.delete(socket));
      socket.send(JSON.stringify({ type: "joined", room }));
      return;
    }
    for (const member of members)
      if (member.readyState === member.OPEN)
        member.send(JSON.stringify({ type: "event", room, event, data }));
  });
});
