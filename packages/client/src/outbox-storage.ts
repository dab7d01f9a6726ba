/** Port: where unacknowledged publishes outlive the program. IndexedDB, a file; without one they live in memory. */
import type { Failure } from "./failure.ts";

export interface StoredPublish {
  readonly id: string;
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
  readonly echo?: false;
  readonly to?: string;
  /** Ms since 1970. */
  readonly createdAt: number;
  /** The user as whom it has been, or is about to be, sent; missing while nobody can have seen it. */
  readonly sentAs?: string;
  /** It failed, and waits for `retry` or `discard`. */
  readonly failed?: Failure;
}

/** Rejections are reported to `onError` and otherwise ignored. One client at a time may use a storage. */
export interface OutboxStorage {
  /** Called once. MUST answer in the order of the first `save` of each id. */
  load(): Promise<readonly StoredPublish[]>;
  /** Inserts, or replaces what has the same room and id. MUST be durable when it resolves: only then is it sent. */
  save(publish: StoredPublish): Promise<void>;
  /** MUST be harmless when there is none. */
  remove(room: string, id: string): Promise<void>;
}
