/** Owns the listeners of a socket, which all sockets share: closures or a table of listeners would cost each of them memory. */
import type { Clock } from "@roomcast/hub";
import type { Duplex } from "node:stream";

import { Turns } from "../../turns.ts";
import { readInSlices } from "../slices.ts";
import type { SocketWatch } from "./socket-watch.ts";
import type { ClientSocket, Ears, WsConnection } from "./ws-connection.ts";
import { closeCodeOf } from "./ws-errors.ts";

/** How many sockets that their peers have ended are closed in a turn, at 30 µs each, so that nobody waits for all of a thousand. */
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

  /** Closes in turn. The deadline for the rest of the close begins with it: waiting for the turn is not the peer's fault. */
  function endInTurn(connection: WsConnection | undefined, end: () => void): void {
    // The close has begun already, by either side; its deadline runs.
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
   * Stands in for the socket's own `end`, which ws calls as soon as the peer has ended its side. Listening for that end would be a
   * third listener, and V8 makes room for twenty in a list of three.
   */
  function end(this: Wire): Wire {
    // The original comes back; deleting ours would turn the object into a dictionary.
    this.end = Reflect.get(Object.getPrototypeOf(this) as Wire, "end");
    endInTurn(this.connection, () => this.end());
    return this;
  }

  /** ws is about to answer the peer's close, or a fault. The hub hears of it meanwhile, and writes what it has yet to write first. */
  function ending(this: ClientSocket, answer: () => void): void {
    endInTurn(this.connection, answer);
  }

  const ears: Ears = { message, ping, pong, error, close, ending };

  return (connection, ws, tcp: Wire) => {
    ws.connection = connection;
    ws.ears = ears;
    // The empty table of listeners that Node gives to each takes 184 bytes. Where there is none, Node makes one for the first listener.
    (ws as { _events?: unknown })._events = undefined;
    tcp.connection = connection;
    // Behind the listeners of ws itself: what a chunk completes has been heard when it is scanned.
    tcp.on("data", data);
    readInSlices(tcp);
    tcp.end = end;
  };
}
