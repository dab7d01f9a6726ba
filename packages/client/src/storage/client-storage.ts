/** Port: what of a client outlives the program: publishes without an ack, and the right to come back as itself. */
import type { Failure } from "../failure.ts";

/** A publish without an ack. */
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

/** All that a program left when it ended. */
export interface StoredClient {
  /** In the order of the first `save` of each. */
  readonly publishes: readonly StoredPublish[];
  /** What `keepResume` was last given. */
  readonly resume?: string;
}

/**
 * MUST be one client's alone: with its publishes it holds whose they are. Calls MUST take effect in their order. Rejections are
 * reported to `onError`; a storage that cannot be loaded is not used.
 */
export interface ClientStorage {
  /** Called once, before all else. */
  load(): Promise<StoredClient>;
  /** Inserts, or replaces what has the same room and id. MUST be durable when it resolves: only then is it sent. */
  save(publish: StoredPublish): Promise<void>;
  /** MUST be harmless when there is none. */
  remove(room: string, id: string): Promise<void>;
  /** Of the last welcome: a secret. undefined: there is no session to come back to. */
  keepResume(resume: string | undefined): Promise<void>;
}
