/** Owns the connection as a reactive value. Must not know rooms. */
import type { Client, Status } from "@roomcast/client";
import type { Contract } from "@roomcast/protocol";
import { createSubscriber } from "svelte/reactivity";

/** Read in a template, a `$derived` or an `$effect`, each of these is followed; read elsewhere it is just the value. */
export interface LiveStatus {
  readonly current: Status;
  readonly isConnected: boolean;
  /** Of the last ping, in ms; undefined without a connection. Looked at again every 5 s. */
  readonly rttMs: number | undefined;
  /** How often a connection was opened after the first one. */
  readonly reconnects: number;
  /** Given by the server; undefined before the first welcome. */
  readonly clientId: string | undefined;
  readonly user: string | undefined;
}

const GLANCE_MS = 5_000;

/** Follows the connection of a client. */
export function createStatus<C extends Contract>(client: Client<C>): LiveStatus {
  let connections = client.status.state === "connected" ? 1 : 0;
  // Counted whether or not anybody looks.
  client.onAttempt(({ outcome }) => {
    if (outcome === "opened") connections += 1;
  });
  const follow = createSubscriber((update) => client.onStatus(update));
  const glance = createSubscriber((update) => {
    const timer = setInterval(update, GLANCE_MS);
    return () => clearInterval(timer);
  });
  const following = <Value>(read: () => Value): Value => {
    follow();
    return read();
  };
  return {
    get current() {
      return following(() => client.status);
    },
    get isConnected() {
      return following(() => client.status.state === "connected");
    },
    get rttMs() {
      glance();
      return following(() => (client.status.state === "connected" ? client.rttMs : undefined));
    },
    get reconnects() {
      return following(() => Math.max(0, connections - 1));
    },
    get clientId() {
      return following(() => client.clientId);
    },
    get user() {
      return following(() => client.user);
    },
  };
}
