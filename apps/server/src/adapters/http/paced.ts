/**
 * Owns that every plain request costs its address a credit, also those that nobody else counts: pages, health, paths that do not exist.
 * Behind an answer that ends the connection nothing is looked at.
 */
import type { Share } from "../../attachment.ts";
import type { RequestCredits } from "../request-credits.ts";
import { isReadNoMore } from "../slices.ts";
import { refused, send } from "./answer.ts";

type Asked = Pick<Share, "request">;

export const paced = (asked: Asked, credits: Pick<RequestCredits, "take">): Asked => ({
  request(request, response) {
    if (isReadNoMore(request.socket)) return true;
    const refusal = credits.take(request, null);
    if (refusal === undefined) return asked.request(request, response);
    send(response, refused(refusal));
    return true;
  },
});
