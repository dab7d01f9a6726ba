/** Owns what has happened to each client while somebody watched: the newest of it, of those who were heard of last. */
import type { TelemetryEvent } from "@roomcast/hub";
import type { TimelineEntry } from "@roomcast/protocol/operators";

const MAX_ENTRIES = 64;
const MAX_CLIENTS = 4_096;

export class Timelines {
  /** Whoever was heard of last stands last. */
  readonly #clients = new Map<string, TimelineEntry[]>();

  /** Oldest first; undefined: nothing was heard of this client. */
  of(clientId: string): readonly TimelineEntry[] | undefined {
    return this.#clients.get(clientId);
  }

  /** Facts that are about no client are left aside. */
  record(event: TelemetryEvent, time: number): void {
    switch (event.kind) {
      case "client_connected": {
        const { clientId, remote, transport } = event.client;
        this.add(clientId, { time, kind: event.resumed ? "resumed" : "connected", remote, transport });
        break;
      }
      case "room_joined":
        this.add(event.clientId, { time, kind: "joined", room: event.room });
        break;
      case "room_left":
        this.add(event.clientId, { time, kind: "left", room: event.room, reason: event.reason });
        break;
      case "refused": {
        const { clientId, code, request, room } = event;
        if (clientId !== null) this.add(clientId, { time, kind: "refused", code, request, room });
        break;
      }
      case "client_closed": {
        const { code, reason, by } = event;
        this.add(event.client.clientId, { time, kind: "closed", code, reason, by });
        break;
      }
      default:
      // It is about no client.
    }
  }

  add(clientId: string, entry: TimelineEntry): void {
    const entries = this.#clients.get(clientId) ?? [];
    this.#clients.delete(clientId);
    this.#clients.set(clientId, entries);
    if (entries.push(entry) > MAX_ENTRIES) entries.shift();
    if (this.#clients.size <= MAX_CLIENTS) return;
    const [oldest] = this.#clients.keys();
    if (oldest !== undefined) this.#clients.delete(oldest);
  }
}
