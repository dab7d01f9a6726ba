/** Owns what an operator reads of the hub's facts: which client came and went, and what broke. No token gets here. */
import type { ClientFacts, ReaderFacts, Telemetry, TelemetryEvent } from "@roomcast/hub";
import { inspect } from "node:util";
import type { Logger } from "pino";

import { printable } from "./printable.ts";

export class LogTelemetry implements Telemetry {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  record(event: TelemetryEvent): void {
    switch (event.kind) {
      case "client_connected":
        this.#log.info({ ...client(event.client), resumed: event.resumed }, "client connected");
        break;
      case "client_closed": {
        const { code, reason, by, connectedMs } = event;
        const how = { code, reason: printable(reason), by, connectedMs: Math.round(connectedMs) };
        this.#log.info({ ...client(event.client), ...how }, "client closed");
        break;
      }
      case "stranger_closed": {
        const { remote, transport, code, reason } = event;
        this.#log.info({ remote, transport, code, reason: printable(reason) }, "socket closed before hello");
        break;
      }
      case "room_joined":
      case "room_left": {
        const { room, clientId, count } = event;
        this.#log.debug(
          { room: printable(room), clientId, count },
          event.kind === "room_joined" ? "room joined" : "room left",
        );
        break;
      }
      case "room_deleted":
        this.#log.info({ room: printable(event.room) }, "room deleted");
        break;
      case "reader_opened":
        this.#log.info(reader(event.reader), "reader connected");
        break;
      case "reader_closed": {
        const { code, reason } = event;
        this.#log.info({ ...reader(event.reader), code, reason: printable(reason) }, "reader closed");
        break;
      }
      case "limited":
        this.#log.debug({ limit: event.limit }, "limited");
        break;
      case "trimmed":
        this.#log.debug({ by: event.by, events: event.events }, "trimmed");
        break;
      case "refused":
        this.#log.debug({ clientId: event.clientId, code: event.code }, "refused");
        break;
      case "fault":
        this.#log.error({ where: event.where, error: described(event.error) }, "fault");
    }
  }
}

const client = ({ clientId, user, name, remote, transport }: ClientFacts): ClientFacts => ({
  ...{ clientId, user: printable(user), name: printable(name) },
  ...{ remote, transport },
});

const reader = (facts: ReaderFacts): ReaderFacts => ({
  ...facts,
  room: printable(facts.room),
  user: printable(facts.user),
});

/** The message and where it was thrown. Other properties may hold what a client sent. */
function described(error: unknown): string {
  if (!(error instanceof Error)) return printable(inspect(error, { breakLength: Infinity }));
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return [printable(`${error.name}: ${error.message}`), ...frames].join("\n");
}
