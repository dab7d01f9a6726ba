/** Owns a server's life: it listens, it ends without losing anything. Must not know adapters or logs, only how to end them. */
import type { Done, Hub, ModerationAct, Sanction } from "@roomcast/hub";
import { CLOSE_TIMEOUT_MS, type Contract, type Events, type Refusal, type Result } from "@roomcast/protocol";
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setTimeout as after } from "node:timers/promises";
import type { Logger } from "pino";

import { attach, type Share } from "./attachment.ts";
import { moderate } from "./moderating.ts";
import { RoomHandles } from "./rooms.ts";
import { StartError } from "./start-error.ts";
import type { Audit } from "./telemetry/audit.ts";
import { visitUrl } from "./visit-url.ts";

/** How long answers that are under way may take once everything else has ended. */
const LAST_ANSWERS_MS = 2_000;

export interface ServerParts {
  readonly hub: Hub;
  readonly http: Server;
  /** Made by Roomcast, which then ends it too. */
  readonly ownsHttp: boolean;
  readonly port: number;
  readonly host: string;
  readonly share: Share;
  readonly log: Logger;
  readonly audit: Audit;
  /** Resolves when no socket is left of those that the hub has closed. */
  readonly closeSockets: () => Promise<void>;
  readonly closeStore: () => Promise<void>;
}

/** A server, as `createServer` makes it. */
export class RoomcastServer<C extends Contract = Events> {
  readonly hub: Hub;
  readonly rooms: RoomHandles<C>;
  readonly http: Server;
  readonly #parts: ServerParts;
  readonly #detach: () => void;
  #closing: Promise<void> | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.hub = parts.hub;
    this.http = parts.http;
    this.rooms = new RoomHandles(parts);
    this.#detach = attach(parts.http, {
      ...parts.share,
      request: (request, response) => {
        // Whoever comes back does so on a connection of the server that follows.
        if (parts.ownsHttp && this.#closing !== undefined) response.setHeader("Connection", "close");
        return parts.share.request(request, response);
      },
    });
  }

  /** Where it is reached from this machine, once it listens. */
  get url(): string {
    const { port, host } = this.#parts;
    const bound = this.http.address();
    const at = bound === null || typeof bound === "string" ? { port, address: host } : bound;
    const scheme = "setSecureContext" in this.http ? "https" : "http";
    return visitUrl(scheme, at.address, at.port);
  }

  /** Kicks, mutes or bans a user, revokes what let it in, or lifts that again: at once, and kept by the store. */
  moderate(act: Omit<ModerationAct, "by">): Promise<Result<Done, Refusal>> {
    return moderate(this.#parts, { as: "application" }, act);
  }

  /** What is imposed on users now. @param room what counts there. */
  sanctions(room?: string): readonly Sanction[] {
    return this.hub.moderation.list(room);
  }

  /** Whoever may not be where they are any more is taken out: to be called when the answers of `authorize` have changed. */
  recheck(user?: string): Promise<void> {
    return this.hub.moderation.recheck(user);
  }

  /** For an app of yours that has routes, like Express: takes what is Roomcast's, and leaves the rest to `next`. */
  readonly requestHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void): void => {
    if (this.#parts.share.request(request, response)) return;
    if (next !== undefined) next();
    else response.writeHead(404).end();
  };

  /** @throws StartError when the port cannot be had. */
  async listen(): Promise<void> {
    const { http, port, host, log } = this.#parts;
    if (!http.listening) {
      http.listen({ port, host });
      try {
        await once(http, "listening");
      } catch (error) {
        throw new StartError(whyNot(error as NodeJS.ErrnoException, host, port));
      }
    }
    log.info({ url: this.url }, "listening");
  }

  /** Takes nobody new, settles what was published, tells every client, closes every socket, then the store. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { hub, http, ownsHttp, closeSockets, closeStore } = this.#parts;
    await hub.drain();
    const socketsEnded = closeSockets();
    if (ownsHttp && http.listening) {
      // Who speaks by requests hears of it by the next one, which may come on a new connection. It need not come at all.
      await Promise.race([socketsEnded, after(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
      const deadline = setTimeout(() => {
        http.closeAllConnections();
      }, LAST_ANSWERS_MS);
      await ended(http);
      clearTimeout(deadline);
    }
    await socketsEnded;
    this.#detach();
    await closeStore();
  }
}

function ended(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} on ${host} is in use: end what listens there, or set PORT to another.`;
    case "EACCES":
      return `Port ${port} on ${host} needs more rights than this process has: set PORT to one above 1023.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${host} is no address of this machine: set HOST to one, or to 0.0.0.0 for all.`;
    default:
      return `The server cannot listen on port ${port} of ${host}: ${message}.`;
  }
}
