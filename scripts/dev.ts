/**
 * The server and the web app for development, each restarted by what it watches, and an example that feeds the ticker. Says where they answer once both do,
 * and takes all that it started with it, however it is told to end.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { utimesSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { onOrphaned } from "./processes.ts";

const startupMs = 60_000;
/** Nothing printed for this long: the banner can come last. */
const quietMs = 400;

interface App {
  readonly name: string;
  /** The setting that names its port. */
  readonly variable: string;
  readonly host: string;
  readonly port: string;
  /** What answers as soon as the app can be used. */
  readonly path: string;
}

const root = join(import.meta.dirname, "..");
const { HOST = "127.0.0.1", PORT = "3000", WEB_PORT = "5173" } = process.env;
// The tasks run in the folders of their packages; what is meant is seen from here.
const ROOMCAST_DATA_DIR = resolve(root, process.env["ROOMCAST_DATA_DIR"] ?? "data");
const serverProgram = join(root, "apps/server/src/main.ts");
const server: App = { name: "server", variable: "PORT", host: HOST, port: PORT, path: "/healthz" };
const web: App = { name: "web app", variable: "WEB_PORT", host: "127.0.0.1", port: WEB_PORT, path: "/" };
const apps = [server, web];

/** Undefined: told to end. A sentence: what went wrong. */
type End = string | undefined;
const { promise: ended, resolve: end } = Promise.withResolvers<End>();

process.exit(await main());

async function main(): Promise<0 | 1> {
  for (const app of apps) {
    const problem = await portProblem(app);
    if (problem !== undefined) {
      console.error(problem);
      return 1;
    }
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      end(undefined);
    });
  }
  onOrphaned(() => {
    end(undefined);
  });

  const turbo = start();
  const closed = once(turbo, "close");
  const output = forward(turbo);
  void announce(output).then(() => keepUp(output));
  const sentence = await ended;
  turbo.stdin.end();
  await closed;
  if (sentence === undefined) return 0;
  console.error(`\n${sentence}`);
  return 1;
}

/** Why the app could not listen, in a sentence. */
async function portProblem({ name, variable, host, port }: App): Promise<string | undefined> {
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    return `${variable} must be a whole number from 1 to 65535, not "${port}".`;
  }
  const { promise, resolve: tell } = Promise.withResolvers<NodeJS.ErrnoException | undefined>();
  const probe = createServer()
    .once("error", tell)
    .listen({ host, port: number }, () =>
      probe.close(() => {
        tell(undefined);
      }),
    );
  const error = await promise;
  if (error === undefined) return undefined;
  if (error.code === "EADDRINUSE") {
    return `Port ${port} on ${host}, where the ${name} would listen, is in use: free it, or set ${variable} to another.`;
  }
  return `The ${name} cannot listen on port ${port} of ${host}: ${error.message}.`;
}

/** turbo, under a supervisor that takes it down when its standard input ends. */
type Turbo = ChildProcessByStdio<Writable, Readable, Readable>;

function start(): Turbo {
  const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? { FORCE_COLOR: "1" } : {};
  const command = [join(import.meta.dirname, "supervise.ts"), "turbo", "run", "dev", "--ui=stream"];
  const turbo = spawn(process.execPath, command, {
    cwd: root,
    env: {
      ...process.env,
      ...colour,
      HOST,
      PORT,
      WEB_PORT,
      ROOMCAST_DATA_DIR,
      TURBO_TELEMETRY_DISABLED: "1",
    },
    // A session of its own: a Ctrl-C reaches it once, through this process, and what is left of it can be found.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  turbo.once("close", () => {
    end("The server or the web app has ended: the lines above say why.");
  });
  return turbo;
}

interface Output {
  lastAt: number;
  /** The server has ended by itself. `node --watch` lives on, and waits for a file to change. */
  serverFailed: boolean;
}

function forward(turbo: Turbo): Output {
  const output: Output = { lastAt: performance.now(), serverFailed: false };
  for (const [from, to] of [
    [turbo.stdout, process.stdout],
    [turbo.stderr, process.stderr],
  ] as const) {
    // A terminal that was closed must not keep us from cleaning up.
    to.on("error", () => {});
    from.setEncoding("utf8").on("data", (text: string) => {
      output.lastAt = performance.now();
      output.serverFailed ||= text.includes("Failed running ");
      to.write(text);
    });
  }
  return output;
}

/** Prints the banner when both apps answer and nothing else is being printed, or ends the run when that takes too long. */
async function announce(output: Output): Promise<void> {
  const deadline = performance.now() + startupMs;
  const waiting = new Set(apps);
  while (waiting.size > 0 || performance.now() - output.lastAt < quietMs) {
    if (output.serverFailed) {
      end("The server did not start: the lines above say why.");
      return;
    }
    if (performance.now() > deadline) {
      const [late] = waiting;
      if (late === undefined) break;
      end(`The ${late.name} did not answer at ${url(late)}${late.path} within ${startupMs / 1000} seconds.`);
      return;
    }
    for (const app of waiting) if (await answers(app)) waiting.delete(app);
    await sleep(100);
  }
  console.log(
    [
      "\nRoomcast is up. Ctrl-C ends it.",
      `  ticker     ${url(web)}/ticker, with prices by examples/stock-ticker`,
      `  inspector  ${url(web)}/inspect`,
      `  server     ${url(server)}`,
      `  web app    ${url(web)}`,
    ].join("\n"),
  );
}

/** A server that was up and has ended, or was killed, is started again; one that does not come up waits for an edit. */
async function keepUp(output: Output): Promise<void> {
  for (let wasUp = true; ; wasUp ||= await answers(server)) {
    if (output.serverFailed) {
      output.serverFailed = false;
      if (wasUp) touch(serverProgram);
      wasUp = false;
    }
    await sleep(200);
  }
}

/** What watches the file takes it for edited. */
function touch(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}

async function answers(app: App): Promise<boolean> {
  try {
    const response = await fetch(url(app) + app.path, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function url({ host, port }: App): string {
  // One listens on every address, but one visits a single one.
  const visited = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `http://${visited.includes(":") ? `[${visited}]` : visited}:${port}`;
}
