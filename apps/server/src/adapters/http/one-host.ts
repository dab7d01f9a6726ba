/**
 * Owns that a request names its host once, as RFC 9112 §3.2 asks: if it names two, a proxy in front of the server may have gone by the
 * other one. Must not know which names are right.
 */
import { refusal } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import type { Share } from "../../attachment.ts";
import { readNoMore } from "../slices.ts";
import { refused, send } from "./answer.ts";

type Asked = Pick<Share, "request">;

export const toOneHost = (asked: Asked): Asked => ({
  request(request, response) {
    if (namesOneHost(request)) return asked.request(request, response);
    readNoMore(request.socket);
    send(response, refused(refusal("bad_message", "send one Host header")));
    return true;
  },
});

/** HTTP/1.0 knows of none; where 1.1 has none, Node answers by itself, but of an upgrade. */
export function namesOneHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const count = rawHeaders.filter((text, at) => at % 2 === 0 && /^host$/i.test(text)).length;
  return count === 1 || (count === 0 && httpVersion === "1.0");
}
