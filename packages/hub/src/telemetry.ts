/** Port: what an operator may want to know. Says facts; whoever listens decides what becomes a log line or a metric. */

export interface ClientFacts {
  readonly clientId: string;
  readonly user: string;
  readonly name: string;
  readonly remote: string;
  readonly transport: string;
}

export type TelemetryEvent =
  | { readonly kind: "client_connected"; readonly client: ClientFacts; readonly resumed: boolean }
  | {
      readonly kind: "client_closed";
      readonly client: ClientFacts;
      readonly code: number;
      readonly reason: string;
      readonly by: "client" | "server";
      readonly connectedMs: number;
    }
  /** A socket that ended before it had said hello. */
  | {
      readonly kind: "stranger_closed";
      readonly remote: string;
      readonly transport: string;
      readonly code: number;
      readonly reason: string;
    }
  | {
      readonly kind: "room_joined" | "room_left";
      readonly room: string;
      readonly clientId: string;
      readonly count: number;
    }
  | { readonly kind: "refused"; readonly clientId: string | null; readonly code: string }
  /** A bug, or an application's hook that threw. */
  | { readonly kind: "fault"; readonly where: string; readonly error: unknown };

export interface Telemetry {
  /** MUST NOT throw. */
  record(event: TelemetryEvent): void;
}

export const NO_TELEMETRY: Telemetry = { record: () => undefined };
