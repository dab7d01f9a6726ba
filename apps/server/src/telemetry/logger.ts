/** Owns where log lines go: JSON on a pipe, readable lines on a terminal. */
import { type DestinationStream, type Logger, pino } from "pino";

import { LineWriter } from "./line-writer.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const STANDARD_OUTPUT = 1;

export async function openLogger(level: LogLevel): Promise<Logger> {
  const lines = new LineWriter(STANDARD_OUTPUT, (lost) => {
    logger.warn({ lost }, "lines of the log could not be written");
  });
  const logger = pino({ level, base: null }, process.stdout.isTTY ? await readable() : lines);
  return logger;
}

async function readable(): Promise<DestinationStream> {
  const { default: pretty } = await import("pino-pretty");
  return pretty({ sync: true, singleLine: true, translateTime: "SYS:HH:MM:ss.l" });
}
