/** Owns `roomcast backup`: asks a server that runs for its store, and keeps it as a file once it was looked through. */
import { err, ok, type Result } from "@roomcast/protocol";
import { createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { dirname, resolve } from "node:path";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import type { Settings } from "../config/settings.ts";
import { checkStore } from "../logs/sqlite/check-store.ts";
import { flushFolder } from "../logs/sqlite/writer/flush-folder.ts";
import { visitUrl } from "../visit-url.ts";
import { type Command, fileAndSettings } from "./commands.ts";

const HELP = `Usage: roomcast backup FILE [--port 3000] [--host 127.0.0.1] [--admin-token …]

Asks the server that listens there for a copy of its store, while it runs, and looks through it. FILE must not be there yet.
PORT, HOST and ROOMCAST_ADMIN_TOKEN say the same as the flags.`;

export const backup: Command = async (args) => {
  if (args.includes("--help")) return ok(HELP);
  const asked = fileAndSettings("backup", args);
  if (!asked.ok) return asked;
  const file = resolve(asked.value.file);
  if (existsSync(file)) return err([`${file} is there already: nothing is written over.`]);
  const part = `${file}.part`;
  const kept = await fetchStore(asked.value.settings, part);
  const found = kept.ok ? checkStore(part) : kept;
  if (!found.ok) {
    rmSync(part, { force: true });
    return err([`${found.error}.`]);
  }
  renameSync(part, file);
  flushFolder(dirname(file));
  const { rooms, events } = found.value;
  return ok(`${file} is whole: ${events} events of ${rooms} rooms.`);
};

/** The error is a sentence without its full stop. */
async function fetchStore(
  { host, port, adminToken }: Pick<Settings, "host" | "port" | "adminToken">,
  file: string,
): Promise<Result<undefined, string>> {
  const url = visitUrl("http", host, port);
  try {
    const answer = await ask(`${url}/v1/admin/backup`, adminToken);
    if (answer.statusCode !== 200)
      return err(`The server at ${url} makes no backup: ${await whyNot(answer)}`);
    // Fails where the answer ends before its length.
    await pipeline(answer, createWriteStream(file, { mode: 0o600, flush: true }));
    return ok(undefined);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return "syscall" in error && error.syscall === "connect"
      ? err(`No server answers at ${url}: start it, or copy the data folder of one that is stopped`)
      : err(`The backup broke off: ${error.message}`);
  }
}

/** Not `fetch`, which waits five minutes for an answer and no longer. */
function ask(url: string, adminToken: string | undefined): Promise<IncomingMessage> {
  const headers = adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` };
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers }, resolve).on("error", reject);
  });
}

async function whyNot(answer: IncomingMessage): Promise<string> {
  const body = (await json(answer).catch(() => undefined)) as { error?: { message?: string } } | undefined;
  return body?.error?.message ?? `it answers ${answer.statusCode ?? 0}`;
}
