/** Owns one client across its sockets: who it is, where it is, and the secrets that let it come back. */
import type { From, Member, State } from "@roomcast/protocol";

import { type Identity, userOf } from "../access/identity.ts";
import type { Peer } from "../connections/peer.ts";
import { Few } from "../few.ts";
import type { Timer } from "../ports/clock.ts";
import type { StoredSession } from "../ports/session-store.ts";
import { NO_STATE } from "../rooms/presence.ts";
import type { Subscription } from "../rooms/subscription.ts";

export interface Secrets {
  /** The one that the present welcome was obtained with; good until its successor is used, so a lost welcome costs nothing. */
  readonly used: string;
  /** The one that the present welcome gives out. */
  readonly next: string;
}

/** What a resume token says: whose session, and the proof. */
export interface Claim {
  readonly clientId: string;
  readonly secret: string;
}

/** As long as an id is that is nothing but chance: every event carries it. */
const CLIENT_ID_LENGTH = 22;
/** In which the times of many years to come have eight digits. */
const TIME_BASE = 36;

/**
 * The id of a session that begins. The time stands first, so that a store keeps side by side what it writes together. What follows is
 * chance, so that no two are alike; it may be guessed, since it is the secrets that prove who somebody is.
 */
export const clientIdAt = (nowMs: number, chance: string): string =>
  (Math.trunc(nowMs).toString(TIME_BASE) + chance).slice(0, CLIENT_ID_LENGTH);

export class Session {
  readonly clientId: string;
  /** By the name of the room. */
  readonly subscriptions = new Few<string, Subscription>();
  /** As every other client sees it on this session's events. One object, so that nothing is built per event. */
  #from: From & { readonly clientId: string };
  /** As it stands in all its rooms in which it has said nothing of itself. */
  #stateless: Member | undefined;
  identity: Identity;
  secrets: Secrets;
  /** null while no socket is there. */
  peer: Peer | null = null;
  /** Ms since 1970 when its last socket ended; null while one is there. */
  endedAt: number | null = null;
  /** Taken out of the server: never stored again. */
  kicked = false;
  /** Runs while it is expected back. */
  grace: Timer | undefined;

  constructor(clientId: string, identity: Identity, name: string, secrets: Secrets) {
    this.clientId = clientId;
    this.identity = identity;
    this.secrets = secrets;
    this.#from = { clientId, user: userOf(identity, clientId), name };
  }

  get from(): From & { readonly clientId: string } {
    return this.#from;
  }

  rename(name: string): void {
    this.#from = { ...this.#from, name };
    this.#stateless = undefined;
  }

  /** As the others see it in a room. */
  memberWith(state: State): Member {
    if (state !== NO_STATE) return memberOf(this.#from, state);
    return (this.#stateless ??= memberOf(this.#from, state));
  }

  /** What a client sends back to resume. */
  get resumeToken(): string {
    return `${this.clientId}.${this.secrets.next}`;
  }

  /** @param rooms where it will be. */
  stored(rooms: Iterable<string>): StoredSession {
    return {
      clientId: this.clientId,
      user: this.identity.user,
      name: this.from.name,
      rooms: [...rooms],
      usedSecret: this.secrets.used,
      nextSecret: this.secrets.next,
      endedAt: this.endedAt,
    };
  }
}

/** Field by field: V8 keeps an object that was spread and added to in two parts. */
const memberOf = ({ clientId, user, name }: Omit<Member, "state">, state: State): Member => ({
  clientId,
  user,
  name,
  state,
});

/** undefined when it is no token of ours. */
export function claimOf(resumeToken: string): Claim | undefined {
  const dot = resumeToken.lastIndexOf(".");
  return dot < 1 ? undefined : { clientId: resumeToken.slice(0, dot), secret: resumeToken.slice(dot + 1) };
}

export const proves = ({ secret }: Claim, { used, next }: Secrets): boolean =>
  sameSecret(secret, next) || sameSecret(secret, used);

/**
 * A token has one successor, however often it is used: were there a new one each time, a hello that comes late would make
 * worthless what a newer welcome has given out.
 */
export const succeed = ({ secret }: Claim, secrets: Secrets, fresh: () => string): Secrets =>
  sameSecret(secret, secrets.next) ? { used: secret, next: fresh() } : secrets;

/** In the same time wherever the two differ, so that nobody finds a secret character by character. */
function sameSecret(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let index = 0; index < a.length; index += 1) different |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return different === 0;
}
