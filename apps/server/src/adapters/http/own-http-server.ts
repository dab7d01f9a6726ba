/** Owns the http server that Roomcast makes for itself: its deadlines, and what it answers where nothing is. */
import { refusal } from "@roomcast/protocol";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";

import type { Admission, Doorstep } from "../doorstep.ts";
import { readInSlices } from "../slices.ts";
import type { TurnedAway } from "../turned-away.ts";
import { refused, send } from "./answer.ts";

/** Durations in ms. */
export interface HttpDeadlines {
  /** From the connection, or the first byte of a request, to the last of its headers. Default 4.5 s, which makes 5 s with the interval. */
  readonly headersTimeout: number;
  /** From the first byte of a request to its last. Default 15 s. */
  readonly requestTimeout: number;
  /** How often Node looks whether one has passed. Default 0.5 s. */
  readonly connectionsCheckingInterval: number;
  /** Without a byte either way, while an answer waits to be made or taken; where one waits to be written Node looks twice. MUST be longer than a heartbeat. Default 60 s. */
  readonly timeout: number;
}

const DEADLINES: HttpDeadlines = {
  headersTimeout: 4_500,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 500,
  timeout: 60_000,
};

/** Who may come in, and what becomes of the others. */
export interface Door {
  readonly doorstep: Pick<Doorstep, "admits">;
  readonly turnedAway: Pick<TurnedAway, "add">;
}

/** @param upgrades tells which upgrades there are; others (curl offers h2c) are answered as the plain requests that they also are. */
export function ownHttpServer(
  upgrades: (request: IncomingMessage) => boolean,
  { doorstep, turnedAway }: Door,
  deadlines: Partial<HttpDeadlines> = {},
): Server {
  const { timeout, ...options } = { ...DEADLINES, ...deadlines, shouldUpgradeCallback: upgrades };
  const server = createServer(options, (_request, response) => {
    send(response, refused(refusal("not_found")));
  });
  server.timeout = timeout;
  const listeners = server.listeners("connection");
  const serve = (socket: Socket): void => {
    for (const each of listeners) each.call(server, socket);
  };
  const welcome = {
    freely: serve,
    narrowly: (socket: Socket) => {
      serve(socket);
      // Where somebody listens, Node reads it by its stream, and not below it, where nothing could be held back.
      socket.on("data", ignore).off("data", ignore);
      readInSlices(socket);
    },
    // Is to cost no parser.
    not: (socket: Socket) => {
      turnedAway.add(socket);
    },
  } satisfies Record<Admission, (socket: Socket) => void>;
  // Of those who come at once the system hands over one a turn.
  return server.removeAllListeners("connection").on("connection", (socket: Socket) => {
    welcome[doorstep.admits(socket)](socket);
  });
}

function ignore(): void {}
