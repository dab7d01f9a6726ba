/** Port: one client as the load sees it. `bare-wire.ts` is a socket with frames made by hand, `stock-wire.ts` a client library. */
import type { Marker } from "./marker.ts";

export interface Wire {
  /** Connects and enters its rooms. Rejects when that fails. */
  enter(): Promise<void>;
  /** In one write, where it can. */
  publish(publications: readonly Publication[]): void;
  /** From now on nothing is read; that the server has ended the connection is still told. */
  stall(): void;
  /** Cuts the connection without a word. */
  cut(): void;
}

export interface Publication {
  readonly room: string;
  readonly id: string;
  readonly text: string;
}

export interface WireOptions {
  readonly port: number;
  readonly rooms: readonly string[];
  /** A measured message has come. */
  readonly onMarker: (marker: Marker) => void;
  /** The server has ended the connection. */
  readonly onEnd: () => void;
}
