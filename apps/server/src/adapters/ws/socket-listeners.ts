/** Owns what is heard on a socket, by listeners that all sockets share: closures, or a table of its own, would cost memory for each. */
import type { Clock } from "@roomcast/hub";
import type { Duplex } from "node:stream";

import { Turns } from "../../turns.ts";
import { readInSlices } from "../slices.ts";
import type { SocketWatch } from "./socket-watch.ts";
import type { ClientSocket, Ears, WsConnection } from "./ws-connection.ts";
import { closeCodeOf } from "./ws-errors.ts";

/** Of sockets that their peers end, at 30 µs each: nobody is to wait for the last of a thousand who leave at once. */
const ENDS_PER_TURN = 64;

/** The TCP socket below, with the way to its connection. */
interface Wire extends Duplex {
  connection?: WsConnection;
}

export type Listen = (connection: WsConnection, ws: ClientSocket, tcp: Duplex) => void;

export function sharedListeners(
  clock: Clock,
  watch: SocketWatch<WsConnection>,
  onClosed: (connection: WsConnection) => void,
): Listen {
  const turns = new Turns(clock, ENDS_PER_TURN);

  /** The deadline is the peer's: none of it is to pass before its turn has come. */
  function endInTurn(connection: WsConnection | undefined, end: () => void): void {
    // Of a conversation that has ended, by either side, this is the rest.
    if (connection !== undefined && watch.isEnding(connection)) {
      end();
      return;
    }
    turns.behind(() => {
      if (connection !== undefined) watch.ending(connection);
      end();
    });
  }

  function message(this: ClientSocket, data: Buffer, isBinary: boolean): void {
    if (data.length === 0 && !isBinary) this.connection?.idled(clock.monotonicMs());
    else this.connection?.receive(data, isBinary);
  }

  function ping(this: ClientSocket): void {
    this.connection?.idled(clock.monotonicMs());
  }

  function pong(this: ClientSocket): void {
    const { connection } = this;
    if (connection !== undefined && !watch.ponged(connection)) connection.idled(clock.monotonicMs());
  }

  function error(this: ClientSocket, failure: Error): void {
    const code = closeCodeOf(failure);
    if (code !== undefined) this.connection?.ended(code, failure.message);
  }

  function close(this: ClientSocket, code: number, reason: Buffer): void {
    if (this.connection === undefined) return;
    watch.closed(this.connection);
    this.connection.ended(code, reason.toString());
    this.connection.gone();
    onClosed(this.connection);
  }

  function data(this: Wire, chunk: Buffer): void {
    const { connection } = this;
    if (connection?.open !== true) return;
    const now = connection.scan(chunk);
    if (connection.paused) return;
    if (now === "began") watch.messageBegan(connection);
    else if (now === "complete") watch.messageEnded(connection);
  }

  /**
   * In the place of its own: ws ends its side as soon as the peer has ended the other. To listen for that too would make a list
   * of two a list of three, for which V8 makes room for twenty.
   */
  function end(this: Wire): Wire {
    // From here on it is its own again; taken out, it would make the socket a dictionary.
    this.end = Reflect.get(Object.getPrototypeOf(this) as Wire, "end");
    endInTurn(this.connection, () => this.end());
    return this;
  }

  /** Of a fault the hub is told meanwhile: what it has yet to write goes out before the answer. */
  function ending(this: ClientSocket, answer: () => void): void {
    endInTurn(this.connection, answer);
  }

  const ears: Ears = { message, ping, pong, error, close, ending };

  return (connection, ws, tcp: Wire) => {
    ws.connection = connection;
    ws.ears = ears;
    tcp.connection = connection;
    // Behind the listeners of ws itself: what a chunk completes has been heard when it is scanned.
    tcp.on("data", data);
    readInSlices(tcp);
    tcp.end = end;
  };
}
