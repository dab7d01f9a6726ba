/** Owns how often what happened since the start, by names of our own tables alone: no client can make more of them. */
import type { Telemetry, TelemetryEvent } from "@roomcast/hub";
import { CLOSE_CODES } from "@roomcast/protocol";

const OWN_CODES = new Set<number>(Object.values(CLOSE_CODES).map(({ code }) => code));

export class Tally implements Telemetry {
  /** Of messages, by the code of the error. */
  readonly refusals = new Map<string, number>();
  /** Of connections, by the close code; `other` is what a client or its network made up. */
  readonly closes = new Map<string, number>();
  /** What was asked for beyond a limit, by its name. */
  readonly limited = new Map<string, number>();
  /** Events that rooms have lost, by the limit of what they keep. */
  readonly trimmed = new Map<string, number>();
  faults = 0;

  record(event: TelemetryEvent): void {
    switch (event.kind) {
      case "refused":
        increment(this.refusals, event.code);
        break;
      case "client_closed":
      case "stranger_closed":
      case "reader_closed":
        increment(this.closes, OWN_CODES.has(event.code) ? String(event.code) : "other");
        break;
      case "limited":
        increment(this.limited, event.limit);
        break;
      case "trimmed":
        increment(this.trimmed, event.by, event.events);
        break;
      case "fault":
        this.faults += 1;
        break;
      default:
      // It is counted by what is here now.
    }
  }
}

function increment(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
