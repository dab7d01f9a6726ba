/** GET: the whole store as one file, made while it is in use. Is told to the audit. */
import type { Refusal, Result } from "@roomcast/protocol";
import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import type { Audit } from "../../telemetry/audit.ts";
import { type Answer, refused } from "../http/answer.ts";
import type { Call } from "../http/route.ts";
import type { Addresses } from "../peer-address.ts";
import { SECURITY_HEADERS } from "../security-headers.ts";

export interface BackingUpPorts {
  readonly backup: () => Promise<Result<FileHandle, Refusal>>;
  readonly audit: Audit;
  readonly addresses: Pick<Addresses, "of">;
}

/** Without a byte taken. What is not taken keeps its room on the disk. */
const STALLED_MS = 60_000;

export async function backUp(
  { backup, audit, addresses }: BackingUpPorts,
  { request, response }: Call<never>,
): Promise<Answer | undefined> {
  // A copy takes as long as it takes, and nothing is said meanwhile.
  response.setTimeout(0);
  const made = await backup();
  response.setTimeout(STALLED_MS);
  audit({
    ...{ act: "backup", as: "operator", remote: addresses.of(request) },
    ...(!made.ok && { refused: made.error.code }),
  });
  if (!made.ok) return refused(made.error);
  const { size } = await made.value.stat();
  response.writeHead(200, {
    "Content-Type": "application/vnd.sqlite3",
    "Content-Length": size,
    "Content-Disposition": 'attachment; filename="roomcast.db"',
    "Cache-Control": "no-store",
    ...SECURITY_HEADERS,
  });
  // Whoever goes away before the end has no backup, and sees it by the length.
  await pipeline(made.value.createReadStream(), response).catch(() => undefined);
  return undefined;
}
