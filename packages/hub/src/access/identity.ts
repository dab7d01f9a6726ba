/** Owns who is speaking: what the policy found out, and what other members are shown. */

export interface Identity {
  /** The token's subject; null for a guest. */
  readonly user: string | null;
  /** A name that the token vouches for; wins over the one that a client asks for. */
  readonly name?: string;
  /**
   * Ms since 1970: what vouches for it is no younger than that, and a later revocation ends it. A server's hook that leaves it out
   * vouches as of the time at which it was asked; the application's own calls into the hub are of the moment that they are made.
   */
  readonly issuedAt?: number;
  /** Ms since 1970; the session ends then unless it is refreshed. */
  readonly expiresAt?: number;
  /** What the token says besides, for the application's own rules. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const GUEST_PREFIX = "guest:";

export const GUEST: Identity = { user: null };

/** `from.user` of a session: always a string, and the scope in which its publish ids are unique. */
export const userOf = (identity: Identity, clientId: string): string =>
  identity.user ?? GUEST_PREFIX + clientId;

/** The session of a guest, by what others see of it; undefined of a user. */
export const guestOf = (user: string): string | undefined =>
  user.startsWith(GUEST_PREFIX) ? user.slice(GUEST_PREFIX.length) : undefined;
