/** Owns where log lines go: JSON on a pipe, readable lines on a terminal. */
import { type DestinationStream, destination, type Logger, pino } from "pino";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Written at once, so that nothing is missing after the process has gone. */
export async function openLogger(level: LogLevel): Promise<Logger> {
  const stream = process.stdout.isTTY ? await readable() : destination({ dest: 1, sync: true });
  return pino({ level, base: null }, stream);
}

async function readable(): Promise<DestinationStream> {
  const { default: pretty } = await import("pino-pretty");
  return pretty({ sync: true, singleLine: true, translateTime: "SYS:HH:MM:ss.l" });
}
