/** A room server on Socket.IO, as its documentation writes it; WebSocket alone, and nothing on that costs more. */
import { Server } from "socket.io";

interface Publication {
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
}

const io = new Server({ transports: ["websocket"], perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  socket.on("join", (room: string) => {
    void socket.join(room);
    socket.emit("joined", room);
  });
  socket.on("publish", ({ room, event, data }: Publication) => {
    io.to(room).emit(event, { room, data });
  });
});
io.listen(Number(process.argv[2]));
