/** Port: how a member without an SDK speaks to the server, whatever lies below. It comes back by itself until it is ended. */
import type { Down, GetHistory, Hello, Publish } from "@roomcast/protocol";

export interface LineListener {
  /** Asked whenever the line has opened. */
  hello(): Omit<Hello, "type" | "protocol">;
  /** All rooms go on where they were: what was missed comes as if it were live. */
  recovered(): void;
  hear(message: Down): void;
  closed(): void;
}

/** What is said while it is closed is lost. */
export interface Line {
  /** It brings what was missed by itself, so that its owner does not look for holes. The history checker does. */
  readonly recovers: boolean;
  publish(message: Omit<Publish, "type">): void;
  page(message: Omit<GetHistory, "type">): void;
  /** Gone without a goodbye, and back soon. */
  vanish(): void;
  end(): void;
}

export type OpenLine = (listener: LineListener) => Line;
