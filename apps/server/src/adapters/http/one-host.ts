/**
 * Owns that a request says once where it goes, as RFC 9112 §3.2 asks: of two names, whoever stands before the server may have gone by
 * the other. Not what the name has to be.
 */
import { refusal } from "@roomcast/protocol";
import type { IncomingMessage, ServerResponse } from "node:http";

import { readNoMore } from "../slices.ts";
import { refused, send } from "./answer.ts";

interface Asked {
  /** @returns whether the request was taken. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
}

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
