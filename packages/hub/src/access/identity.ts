/** Owns who is speaking: what the policy has found out about it, and as whom the other members see it. */

export interface Identity {
  /** The token's subject; null for a guest. */
  readonly user: string | null;
  /** A name that the token vouches for; wins over the one that a client asks for. */
  readonly name?: string;
  /**
   * Ms since 1970 when whatever vouches for this user was issued, for example its token. A revocation that is later than
   * that ends it. Default: for a server's `authenticate` hook the time at which it was asked; for the application's own calls
   * into the hub the time of the call.
   */
  readonly issuedAt?: number;
  /** Ms since 1970; the session ends then unless it is refreshed. */
  readonly expiresAt?: number;
  /** What the token says besides, for the application's own rules. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const GUEST_PREFIX = "guest:";

/** Somebody without a token. What others see as its user is made of its clientId. */
export const GUEST: Identity = { user: null };

/** `from.user` of a session: always a string, and the scope in which its publish ids are unique. */
export const userOf = (identity: Identity, clientId: string): string =>
  identity.user ?? GUEST_PREFIX + clientId;

/** The same of somebody without a session, who publishes or reads over HTTP: all guests are one user there. */
export const userWithoutSession = ({ user }: Identity): string => user ?? "guest";

/** The session of a guest, by what others see of it; undefined of a user. */
export const guestOf = (user: string): string | undefined =>
  user.startsWith(GUEST_PREFIX) ? user.slice(GUEST_PREFIX.length) : undefined;
