/** Owns what every kind of publisher and reader in a chaos run has in common. */

/** What a member is told to say; it decides by itself when it is heard. */
export interface Utterance {
  readonly id: string;
  readonly room: string;
  readonly echo: boolean;
  /** Bytes beyond the id. */
  readonly padding: number;
}

export interface Member {
  readonly name: string;
  /** Publishes, in the order of the calls. */
  publish(utterance: Utterance): void;
  /** Publishes that have no outcome yet. */
  readonly pending: number;
  readonly reads: boolean;
  /** It is in all its rooms, and has caught up. */
  readonly present: boolean;
  /** The network is back, they say: no need to wait any longer, and the socket may be dead. */
  wake(): void;
  /** How far it is in a room; undefined for one that reads nothing there. */
  offsetIn(room: string): number | undefined;
  leave(): void;
}
