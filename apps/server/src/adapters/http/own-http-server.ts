/** Owns the http server that Roomcast makes for itself: its deadlines, and what it answers where nothing is. */
import { refusal } from "@roomcast/protocol";
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { Socket } from "node:net";

import type { Admission, Doorstep } from "../doorstep.ts";
import { readInSlices } from "../slices.ts";
import type { TurnedAway } from "../turned-away.ts";
import { refused, send } from "./answer.ts";

/** Durations in ms. */
export interface HttpDeadlines {
  /** From the connection, or the first byte of a request, to the last of its headers. Default 4.5 s; with the interval below 5 s at most. */
  readonly headersTimeout: number;
  /** From the first byte of a request to its last. Default 15 s. */
  readonly requestTimeout: number;
  /** How often Node looks whether one has passed. Default 0.5 s. */
  readonly connectionsCheckingInterval: number;
  /** How long nothing may move either way while an answer is made or taken; with bytes left to write Node waits twice as long. MUST be longer than a heartbeat. Default 60 s. */
  readonly timeout: number;
}

const DEADLINES: HttpDeadlines = {
  headersTimeout: 4_500,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 500,
  timeout: 60_000,
};

/** Who may come in, and what becomes of the others. */
export interface Admitting {
  readonly doorstep: Pick<Doorstep, "admits">;
  readonly turnedAway: Pick<TurnedAway, "add">;
}

/** @param upgrades tells which upgrades there are; others (curl offers h2c) are answered as the plain requests that they also are. */
export function ownHttpServer(
  upgrades: (request: IncomingMessage) => boolean,
  { doorstep, turnedAway }: Admitting,
  deadlines: Partial<HttpDeadlines> = {},
): Server {
  const { timeout, ...options } = { ...DEADLINES, ...deadlines, shouldUpgradeCallback: upgrades };
  /** Node's own `server.timeout` makes a timer for each connection, which one that becomes a WebSocket would keep for its life. */
  class TimedResponse extends ServerResponse {
    constructor(...of: ConstructorParameters<typeof ServerResponse>) {
      super(...of);
      // Whatever stream was handed to the server as a connection: not all have time-outs.
      if (this.req.socket instanceof Socket) this.req.socket.setTimeout(timeout);
    }
  }
  const server = createServer({ ...options, ServerResponse: TimedResponse }, (_request, response) => {
    send(response, refused(refusal("not_found")));
  });
  const listeners = server.listeners("connection");
  const serve = (socket: Socket): void => {
    for (const each of listeners) each.call(server, socket);
  };
  const welcome = {
    freely: serve,
    narrowly: (socket: Socket) => {
      serve(socket);
      // Having had a listener makes Node read through the stream, where slices are cut, and no longer past it.
      socket.on("data", ignore).off("data", ignore);
      readInSlices(socket);
    },
    // No parser is made for it.
    not: (socket: Socket) => {
      turnedAway.add(socket);
    },
  } satisfies Record<Admission, (socket: Socket) => void>;
  // Nothing here has to be spread over turns: however many connect at once, the system hands over one in each.
  return server.removeAllListeners("connection").on("connection", (socket: Socket) => {
    welcome[doorstep.admits(socket)](socket);
  });
}

function ignore(): void {}
