/** Owns how the token and guest settings become a policy, and what an operator must be told about it. */
import type { Clock, Policy } from "@roomcast/hub";

import type { Settings } from "../config/settings.ts";
import { type Authorize, RoomPolicy } from "./room-policy.ts";
import { TokenDoor } from "./token-door.ts";
import { tokenNotes } from "./token-notes.ts";

/** RFC 7518 §3.2: a key of HS256 has at least as many bits as its hash. */
const MIN_SECRET_LENGTH = 32;

export interface OpenedPolicy {
  readonly policy: Policy;
  readonly warnings: readonly string[];
}

export interface Hooks {
  /** The application knows users by itself, which closes the door to guests as a way to check tokens does. */
  readonly hooked?: boolean;
  readonly authorize?: Authorize | undefined;
  /** For the operator, while the server runs. */
  readonly tell?: ((text: string) => void) | undefined;
}

export async function openPolicy(
  settings: Settings,
  clock: Clock,
  { hooked = false, authorize, tell = () => undefined }: Hooks = {},
): Promise<OpenedPolicy> {
  const { jwtSecret, jwksUrl, userRooms, guestRooms } = settings;
  const checksTokens = jwtSecret !== undefined || jwksUrl !== undefined;
  const guests = settings.guests ?? (checksTokens || hooked ? "deny" : "allow");
  const warnings: string[] = [];
  if (!checksTokens && !hooked && guests === "allow") {
    warnings.push(
      "The door is open: anybody may enter as a guest. To close it, set ROOMCAST_JWT_SECRET or ROOMCAST_JWKS_URL, " +
        "and a token is needed; ROOMCAST_GUESTS=allow then lets guests in as well.",
    );
  }
  if (!checksTokens && !hooked && guests === "deny") {
    warnings.push(
      "Nobody can enter: ROOMCAST_GUESTS is deny, and neither ROOMCAST_JWT_SECRET nor ROOMCAST_JWKS_URL says how to check a token.",
    );
  }
  if (jwtSecret !== undefined && jwtSecret.length < MIN_SECRET_LENGTH) {
    warnings.push(
      `ROOMCAST_JWT_SECRET is short enough to be guessed: take ${MIN_SECRET_LENGTH} characters or more.`,
    );
  }
  const note = tokenNotes(clock, tell);
  // Most servers check no token, and need not load what does.
  const verifier = checksTokens
    ? new (await import("./jwt.ts")).JwtVerifier(settings, clock, note)
    : undefined;
  const door = new TokenDoor(verifier, guests === "allow", () => {
    // An application's hook may have looked at it.
    if (!hooked) note("A token came, and nothing by which to check it is set: it counts for nothing.");
  });
  return { policy: new RoomPolicy(door, { userRooms, guestRooms, authorize }), warnings };
}
