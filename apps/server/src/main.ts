#!/usr/bin/env node
/** Settings → server → listen → signals: the program, or one of its commands. What stops it from starting is one sentence on standard error. */
import { constants } from "node:os";

import { type Command, COMMANDS } from "./commands/commands.ts";
import { readSettings } from "./config/read-settings.ts";
import { helpText } from "./config/settings-list.ts";
import { createServer } from "./server.ts";
import { StartError } from "./start-error.ts";
import { openLogger } from "./telemetry/logger.ts";
import { VERSION } from "./version.ts";

/** A server that has not drained by then ends all the same. */
const DRAIN_LIMIT_MS = 9_500;

const args = process.argv.slice(2);
const command = COMMANDS.get(args[0] ?? "");
if (command !== undefined) await run(await command(), args.slice(1));
else if (args.includes("--help")) process.stdout.write(helpText());
else if (args.includes("--version")) process.stdout.write(`${VERSION}\n`);
else await main();

async function run(command: Command, asked: readonly string[]): Promise<void> {
  const done = await command(asked);
  if (done.ok) process.stdout.write(`${done.value}\n`);
  else fail(done.error);
}

async function main(): Promise<void> {
  const { settings, faults, warnings } = readSettings(process.env, args);
  if (faults.length > 0) {
    fail(faults);
    return;
  }
  const logger = await openLogger(settings.log);
  for (const warning of warnings) logger.warn(warning);
  const onFatal = (sentence: string): void => {
    logger.fatal(sentence);
    process.exit(1);
  };
  try {
    const server = await createServer({ ...settings, logger, onFatal });
    endOnSignal(() => server.close());
    await server.listen();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    fail([error.message]);
    // A store that is open would keep the process.
    process.exit();
  }

  function endOnSignal(close: () => Promise<void>): void {
    let ending = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (ending) process.exit(128 + constants.signals[signal]);
        ending = true;
        logger.info({ signal }, "draining");
        setTimeout(() => {
          logger.error("the drain took too long");
          process.exit(1);
        }, DRAIN_LIMIT_MS);
        void close().then(() => {
          logger.info("ended");
          process.exit();
        });
      });
    }
  }
}

function fail(sentences: readonly string[]): void {
  process.stderr.write(`${sentences.join("\n")}\n`);
  process.exitCode = 1;
}
