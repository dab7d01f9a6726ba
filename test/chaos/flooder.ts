/** An attacker in a process of its own: sends a thousand times what one connection may, and comes back when it is thrown out. */
import { frame, RawSocket } from "../harness/threats/raw-socket.ts";
import { upgradeHead } from "../harness/threats/heads.ts";

const [port = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const EVERY_MS = 20;
const publish = {
  type: "publish",
  id: "x",
  room: "flooded",
  event: "message",
  data: { text: "x".repeat(200) },
};
const wave = Buffer.concat(
  Array.from({ length: (perSecond * EVERY_MS) / 1000 }, () => frame(JSON.stringify(publish))),
);

let socket: RawSocket | undefined;
let isComing = false;

async function come(): Promise<void> {
  isComing = true;
  const opened = await RawSocket.ask(port, upgradeHead(port, "/v1/ws")).catch(() => undefined);
  opened?.write(frame('{"type":"hello","protocol":1,"join":[{"room":"flooded"}]}'));
  socket = opened;
  isComing = false;
}

setInterval(() => {
  if (socket === undefined || socket.ended) {
    if (!isComing) void come();
    // What the kernel takes is what is sent: the rest would only fill this process.
  } else if (socket.tcp.writableLength < 4 * wave.length) socket.write(wave);
}, EVERY_MS);
