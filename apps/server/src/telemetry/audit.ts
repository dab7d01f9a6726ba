/**
 * Owns the audit: who did what to whom, from where, why and until when, as a line of JSON each. Never what was said, and no
 * token. A line that cannot be kept is told to the log, and stops nobody.
 */
import type { ActName } from "@roomcast/hub";
import { appendFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Logger } from "pino";

import { makeFolder } from "../make-folder.ts";
import { StartError } from "../start-error.ts";
import { printable } from "./printable.ts";

export interface Act {
  readonly act: "publish" | "disconnect" | "delete" | "backup" | ActName;
  /** In what capacity it was done: over the operators' API, by a moderator of the room, or by the application that embeds the server. */
  readonly as: "operator" | "moderator" | "application";
  /** Which moderator. */
  readonly by?: string;
  /** From where; missing when the application did it. */
  readonly remote?: string;
  readonly clientId?: string;
  readonly user?: string;
  readonly room?: string;
  readonly event?: string;
  /** Why, in the words of whoever did it. */
  readonly reason?: string;
  /** Ms since 1970: when it ends by itself. */
  readonly until?: number;
  /** The code of why it was not done; missing when it was. */
  readonly refused?: string;
}

/** MUST NOT throw. */
export type Audit = (act: Act) => void;

export interface AuditPorts {
  readonly log: Pick<Logger, "info" | "error">;
  /** Ms since 1970. */
  readonly now: () => number;
}

/**
 * Into the log, and line by line behind what the file holds. It is opened for each line: whoever moves it away gets a new one.
 * @param file undefined: into the log alone.
 * @throws StartError when the file cannot be written.
 */
export function openAudit(file: string | undefined, { log, now }: AuditPorts): Audit {
  const path = file === undefined ? undefined : resolve(file);
  if (path !== undefined) makeFile(path);
  return (act) => {
    const line = shown(act);
    log.info(line, "audit");
    if (path === undefined) return;
    try {
      append(path, `${JSON.stringify({ time: now(), ...line })}\n`);
    } catch (error) {
      log.error({ error: sentence(error) }, "the audit file cannot be written");
    }
  };
}

function makeFile(path: string): void {
  try {
    makeFolder(dirname(path));
    append(path, "");
  } catch (error) {
    throw new StartError(`The audit file ${path} cannot be written: ${sentence(error)}.`);
  }
}

/** For its owner alone. */
const append = (path: string, text: string): void => appendFileSync(path, text, { mode: 0o600 });

const shown = (act: Act): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(act).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === "string" ? printable(value) : value,
    ]),
  );

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
