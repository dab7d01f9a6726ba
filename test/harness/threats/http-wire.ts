/** Owns plain HTTP by hand: each request a connection of its own. */
import { exchange } from "./heads.ts";
import type { Open } from "./wires.ts";

export const openHttp: Open = async (port, hello = {}) => {
  const { token } = hello as { token?: string };
  const heard = { text: "" };
  const ask = async (target: string, body: string): Promise<string> => {
    const headers = {
      "Content-Type": "application/json",
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    };
    const answer = await exchange(port, "POST", target, headers, body);
    heard.text += answer.text;
    if ((await answer.status()) === 200) return "ok";
    return /"code":"(\w+)"/.exec(answer.text)?.[1] ?? "closed";
  };
  return {
    publish: ({ room = "general", event = "message", data, id, more = "" }) => {
      const ownId = id === undefined ? "" : `,"id":${JSON.stringify(id)}`;
      const body = `{"event":${JSON.stringify(event)},"data":${data}${ownId}${more}}`;
      return ask(`/v1/rooms/${encodeURIComponent(room)}/events`, body);
    },
    join: async (room) => {
      const answer = await exchange(port, "GET", `/v1/rooms/${encodeURIComponent(room)}/events`);
      if ((await answer.status()) === 200) return "ok";
      return /"code":"(\w+)"/.exec(answer.text)?.[1] ?? "closed";
    },
    raw: async (text) => {
      await ask("/v1/rooms/general/events", text);
    },
    ended: false,
    get heard() {
      return heard.text;
    },
    destroy: () => undefined,
  };
};
