/** Owns how Socket.IO is spoken by hand, over a WebSocket and over polls. */
import { until } from "../until.ts";
import { exchange, IO_WEBSOCKET, POLLING, upgradeHead } from "./heads.ts";
import { frame, RawSocket } from "./raw-socket.ts";
import type { Open, Published, Wire } from "./wires.ts";

/** Over whatever carries packets of Socket.IO. */
async function socketio(
  link: Pick<Wire, "raw" | "destroy"> & { readonly ended: boolean; readonly heard: string },
  hello: object,
): Promise<Wire> {
  const acks = { next: 0 };
  const ask = async (text: (ack: number) => string): Promise<string> => {
    const ack = (acks.next += 1);
    await link.raw(text(ack));
    const pattern = new RegExp(`43${ack}\\[\\{"ok":(?:(true)|false[^\\]]*?"code":"(\\w+)")`);
    await until(
      `${ack} is acked; heard: ${link.heard.slice(-500)}`,
      () => link.ended || pattern.test(link.heard),
    );
    const [, isOk, code] = pattern.exec(link.heard) ?? [];
    return isOk === undefined ? (code ?? "closed") : "ok";
  };
  await link.raw(`40${JSON.stringify(hello)}`);
  await until("the door opens", () => link.ended || /42\["joined"|44\{|42\["error"/.test(link.heard));
  return Object.assign(link, {
    publish: ({ room = "general", event = "message", data, id, more = "" }: Published) =>
      ask((ack) => {
        const ownId = id === undefined ? "" : `,"id":${JSON.stringify(id)}`;
        return `42${ack}[${JSON.stringify(event)},${data},{"room":${JSON.stringify(room)}${ownId}${more}}]`;
      }),
    join: (room: string) => ask((ack) => `42${ack}["join",{"room":${JSON.stringify(room)}}]`),
  });
}

export const openIoWebSocket: Open = async (port, hello = {}) => {
  const socket = await RawSocket.ask(port, upgradeHead(port, IO_WEBSOCKET));
  // As Engine.IO has it: what comes before is nobody's.
  await until("the session begins", () => socket.ended || socket.text.includes('"sid"'));
  const link = {
    raw: async (text: string) => socket.write(frame(text)),
    get ended() {
      return socket.ended;
    },
    get heard() {
      return socket.text;
    },
    destroy: () => socket.destroy(),
  };
  return socketio(link, hello);
};

export const openIoPolling: Open = async (port, hello = {}) => {
  const opened = await exchange(port, "GET", POLLING);
  const sid = /"sid":"([\w-]+)"/.exec(opened.text)?.[1] ?? "";
  const state = { heard: "", ended: false };
  const target = `${POLLING}&sid=${sid}`;
  const poll = async (): Promise<void> => {
    while (!state.ended) {
      const answer = await exchange(port, "GET", target);
      if ((await answer.status()) !== 200) state.ended = true;
      const [, body = ""] = answer.text.split("\r\n\r\n");
      if (body === "2") await post("3");
      else state.heard += `${body}\n`;
    }
  };
  const post = async (text: string): Promise<void> => {
    const answer = await exchange(port, "POST", target, { "Content-Type": "text/plain" }, text);
    if ((await answer.status()) !== 200) state.ended = true;
  };
  void poll().catch(() => (state.ended = true));
  const link = {
    raw: post,
    get ended() {
      return state.ended;
    },
    get heard() {
      return state.heard;
    },
    destroy() {
      // The poll that waits ends with the session.
      void post("1").catch(() => undefined);
      state.ended = true;
    },
  };
  return socketio(link, hello);
};
