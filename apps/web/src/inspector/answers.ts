/** Owns the shapes of what the operators' API answers, as far as it is shown (apps/server/README.md). */

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Overview {
  readonly time: number;
  readonly uptimeMs: number;
  readonly server: { readonly name: string; readonly version: string; readonly node: string };
  readonly draining: boolean;
  readonly connections: number;
  readonly sessions: number;
  readonly rooms: number;
  readonly eventsIn: number;
  readonly eventsOut: number;
  readonly memory: { readonly rssBytes: number; readonly heapUsedBytes: number };
  readonly store: { readonly kind: string; readonly durability: string; readonly waiting: number };
  readonly slow: { readonly clients: number; readonly queuedBytes: number };
  readonly lastSecond: LastSecond | null;
}

export interface LastSecond {
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  readonly refusedPerSecond: number;
  readonly deliverMs: Spread | null;
  readonly loopDelayMs: Spread | null;
  readonly cpu: number;
}

export interface RoomLine {
  readonly room: string;
  readonly count: number;
  readonly inPerSecond?: number;
  readonly outPerSecond?: number;
}

export interface MemberLine {
  readonly clientId: string;
  readonly user: string;
  readonly name: string;
}

export interface RoomDetail extends RoomLine {
  readonly epoch: string;
  readonly floor: number;
  readonly top: number;
  readonly members: readonly MemberLine[];
}

export interface ClientLine {
  readonly clientId: string;
  readonly user: string;
  readonly name: string;
  readonly remote: string;
  readonly transport: string;
  readonly connectedMs: number;
  readonly queuedBytes: number;
  readonly rooms: readonly string[];
}

/** What a happening has besides depends on its kind; a newer server may tell of more. */
export interface Happening {
  readonly time: number;
  readonly kind: string;
  readonly remote?: string;
  readonly transport?: string;
  readonly room?: string | null;
  readonly reason?: string;
  readonly code?: string | number;
  readonly request?: string | null;
  readonly queuedBytes?: number;
  readonly by?: string;
}

export interface ClientDetail {
  readonly client: ClientLine | null;
  readonly timeline: readonly Happening[];
}

export interface TailedEvent {
  readonly room: string;
  readonly event: string;
  readonly id: string;
  readonly from: { readonly clientId: string | null; readonly user: string; readonly name: string };
  readonly time: number;
  readonly offset?: number;
  readonly receivers: number;
  readonly bytes: number;
  readonly data?: string;
  readonly to?: string;
}

export interface TailBatch {
  readonly events: readonly TailedEvent[];
  readonly dropped: number;
}

export interface ContractEvent {
  readonly name: string;
  readonly kept: boolean;
  readonly publisher: "anyone" | "server";
  readonly schema: JsonSchema | null;
}

export interface ContractView {
  readonly strict: boolean;
  readonly events: readonly ContractEvent[];
}

/** As far as an example is made of it. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly default?: unknown;
}
