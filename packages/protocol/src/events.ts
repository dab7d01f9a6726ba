/** The contract of the bundled apps (chat, ticker). Put your own events here: every client and the server read this file. */
import * as v from "valibot";

import { defineContract } from "./contract.ts";
import { offsetSchema } from "./position.ts";

const textSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(4000));

/** The contract of the bundled apps (chat, ticker). It is open: other events pass unchecked, and are kept. */
export const events = defineContract({
  // Open: an event that is not listed passes with its data unchecked, and is kept like the others.
  strict: false,
  events: {
    message: { data: v.object({ text: textSchema, replyTo: v.exactOptional(offsetSchema) }) },
    edit: { data: v.object({ target: offsetSchema, text: textSchema }) },
    delete: { data: v.object({ target: offsetSchema }) },
    reaction: {
      data: v.object({
        target: offsetSchema,
        emoji: v.pipe(v.string(), v.minLength(1), v.maxLength(32)),
        on: v.boolean(),
      }),
    },
    typing: { data: v.object({ on: v.boolean() }), kept: false },
    status: { data: v.object({ text: v.pipe(v.string(), v.maxLength(140)) }), kept: false },
    tick: {
      data: v.object({
        symbol: v.pipe(v.string(), v.minLength(1), v.maxLength(32)),
        price: v.pipe(v.number(), v.finite()),
        time: v.number(),
      }),
    },
  },
});

/** The type of that contract. */
export type Events = typeof events;
