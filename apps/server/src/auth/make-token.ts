/** Owns `roomcast token`: a token for trying out, signed as the server checks it. What is wrong is a sentence each. */
import type { Clock } from "@roomcast/hub";
import { err, ok, type Result } from "@roomcast/protocol";
import { SignJWT } from "jose";
import { parseArgs } from "node:util";

import type { Settings } from "../config/settings.ts";
import { type Grants, parseGrants } from "./grants.ts";
import { JwtVerifier } from "./jwt.ts";

export const TOKEN_HELP = `Usage: roomcast token --user ada [--name Ada] [--room 'chat.*=join,publish']… [--for 1h]

Prints a token, signed by ROOMCAST_JWT_SECRET, for the issuer and the audience that the server asks for.

  --user  whose it is
  --name  what others see; default: what the client says
  --room  ROOM=RIGHT,RIGHT, also several times: a room's name, or the beginning of names and *; of the rights
          join, publish, publish:EVENT, history, presence, direct, moderate, admin. Default: what ROOMCAST_USER_ROOMS says
  --for   how long it is good: 90s, 15m, 1h, 30d; default: 1h
`;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const OPTIONS = {
  user: { type: "string" },
  name: { type: "string" },
  room: { type: "string", multiple: true },
  for: { type: "string", default: "1h" },
} as const;

export async function makeToken(
  args: readonly string[],
  settings: Pick<Settings, "jwtSecret" | "jwtIssuer" | "jwtAudience">,
  clock: Clock,
): Promise<Result<string, readonly string[]>> {
  const parsed = valuesOf(args);
  if (!parsed.ok) return err([parsed.error]);
  const { user = "", name, room, for: lasting } = parsed.value;
  const rooms = room && grantsOf(room);
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(lasting) ?? [];
  const faults = [
    ...(user === "" ? ["--user must say whose token it is."] : []),
    ...(rooms?.ok === false ? [`--room must be ${rooms.error}.`] : []),
    ...(count === undefined ? ["--for must be a number and s, m, h or d, like 15m."] : []),
    ...(settings.jwtSecret === undefined
      ? ["ROOMCAST_JWT_SECRET must be set: tokens are signed by it."]
      : []),
  ];
  if (faults.length > 0) return err(faults);
  const { jwtIssuer, jwtAudience } = settings;
  const iat = Math.floor(clock.now() / 1000);
  const token = new SignJWT({
    ...(name !== undefined && { name }),
    ...(rooms?.ok === true && { rooms: rooms.value }),
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(user)
    .setIssuedAt(iat)
    .setExpirationTime(iat + Number(count) * (SECONDS[unit] ?? 0));
  if (jwtIssuer !== undefined) token.setIssuer(jwtIssuer);
  if (jwtAudience !== undefined) token.setAudience(jwtAudience);
  const signed = await token.sign(new TextEncoder().encode(settings.jwtSecret));
  // What the server would not take is not handed out.
  const verified = await new JwtVerifier(settings, clock).verify(signed);
  return verified.ok ? ok(signed) : err([`${verified.error.message}.`]);
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

function valuesOf(args: readonly string[]): Result<Values, string> {
  try {
    return ok(parseArgs({ args: [...args], options: OPTIONS }).values);
  } catch (error) {
    // Node says it in one or two sentences; the first is ours to pass on.
    const [sentence = ""] = error instanceof Error ? error.message.split(". ") : [];
    return err(`${sentence.replace(/\.$/, "")}; roomcast token --help lists what there is.`);
  }
}

/** A room that is named twice has what stands last. */
function grantsOf(texts: readonly string[]): Result<Grants, string> {
  return parseGrants(texts.join(";"));
}
