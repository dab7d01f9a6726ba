/** The composition root: the only file that knows adapters and logs. Makes a server, with an http server of its own or in yours. */
import { type Clock, Hub, type HubSettings, type Policy, type Telemetry } from "@roomcast/hub";
import { type Contract, events as bundledEvents, type Events } from "@roomcast/protocol";
import type { Server } from "node:http";
import { join } from "node:path";
import type { Logger } from "pino";

import { AdminAdapter } from "./adapters/admin/admin-adapter.ts";
import { makeDoor } from "./adapters/door.ts";
import type { Authenticate } from "./adapters/entrance.ts";
import { credited } from "./adapters/http/credited.ts";
import { HttpAdapter } from "./adapters/http/http-adapter.ts";
import { namesOneHost, toOneHost } from "./adapters/http/one-host.ts";
import { ownHttpServer } from "./adapters/http/own-http-server.ts";
import { paced } from "./adapters/http/paced.ts";
import { inFewPieces } from "./adapters/http/pieces.ts";
import { BUNDLED_APP_POLICY, type WebApp, webApp } from "./adapters/http/web-app.ts";
import type { NamespaceMap } from "./adapters/socketio/namespaces.ts";
import { SocketioAdapter } from "./adapters/socketio/socketio-adapter.ts";
import { Streams } from "./adapters/sse/streams.ts";
import { WsAdapter } from "./adapters/ws/ws-adapter.ts";
import type { Share } from "./attachment.ts";
import { openPolicy } from "./auth/open-policy.ts";
import type { Authorize } from "./auth/room-policy.ts";
import { LIMIT_NAMES } from "./config/limit-settings.ts";
import { readOptions } from "./config/read-options.ts";
import type { SettingName, Settings } from "./config/settings.ts";
import { type Handlers, hubHandlers } from "./handlers.ts";
import { NodeClock } from "./node-clock.ts";
import { NodeRandom } from "./node-random.ts";
import { openStore } from "./open-store.ts";
import { RoomcastServer } from "./roomcast-server.ts";
import { StartError } from "./start-error.ts";
import type { Store } from "./store.ts";
import { openAudit } from "./telemetry/audit.ts";
import { LogTelemetry } from "./telemetry/log-telemetry.ts";
import { openLogger } from "./telemetry/logger.ts";
import { Tally } from "./telemetry/tally.ts";
import { TelemetryFan } from "./telemetry/telemetry-fan.ts";
import { VERSION } from "./version.ts";

/** A store that is slower is not ready. */
const READ_TIMEOUT_MS = 1_000;
/** How long an answer may wait to be made or taken. A stream says something with each heartbeat. */
const ANSWER_MS = 30_000;
const NODE_ID_LENGTH = 8;

/** Every setting has the default that the table of settings names; durations are in ms. */
export interface ServerOptions<C extends Contract = Events> extends Partial<Settings> {
  /** An http or https server of yours, which keeps its other requests and upgrades. Default: one of its own. */
  readonly server?: Server;
  /** What events there are. Default: the bundled contract, which is open to others. */
  readonly contract?: C;
  /** An application's own logic, by event name: it may refuse, change or answer what somebody publishes. */
  readonly handlers?: Handlers<NoInfer<C>>;
  /** Who it is, by your own sessions: asked before any socket or request is accepted. Guests are then denied unless let in. */
  readonly authenticate?: Authenticate;
  /**
   * What a user may do in a room, by your own rules: asked for each action, and for each again where its answer may have
   * changed. undefined leaves it to the token's `rooms` claim and the settings.
   */
  readonly authorize?: Authorize;
  /** Who gets in, and who may do what, in place of the token settings, the rooms of tokens and `authorize`. */
  readonly policy?: Policy;
  /** Default: the log. */
  readonly telemetry?: Telemetry;
  /** Default: standard output, at the level of the `log` setting. */
  readonly logger?: Logger;
  /** Namespaces of Socket.IO besides `/`, each with the room that is entered there by default. */
  readonly namespaces?: NamespaceMap;
  /** Folder of pages of yours, or false for none. Default: the bundled web app; none in a server of yours. */
  readonly web?: string | false;
  /** The store can no longer be trusted: the process must end. Default: throws, outside of any call. */
  readonly onFatal?: (sentence: string) => void;
}

const WEB_FOLDER = join(import.meta.dirname, "web");

const OTHER_OPTIONS = Object.keys({
  ...{ server: true, contract: true, handlers: true, authenticate: true, authorize: true, policy: true },
  ...{ telemetry: true, logger: true, namespaces: true, web: true, onFatal: true },
} satisfies Record<Exclude<keyof ServerOptions, SettingName>, true>);

/** @throws StartError when a setting is wrong or the store cannot be opened. */
export async function createServer<const C extends Contract = Events>(
  options: ServerOptions<C> = {},
): Promise<RoomcastServer<C>> {
  const { settings, faults, warnings } = readOptions(options, OTHER_OPTIONS);
  if (faults.length > 0) throw new StartError(faults.join(" "));
  const log = options.logger ?? (await openLogger(settings.log));
  for (const warning of warnings) log.warn(warning);
  const clock = new NodeClock();
  const random = new NodeRandom();
  const tally = new Tally();
  const telemetry = new TelemetryFan(options.telemetry ?? new LogTelemetry(log), tally);
  const policy = options.policy ?? (await policyOf(settings, options, clock, log));
  const store = await openStore(settings, {
    ...{ clock, random, onFatal: options.onFatal ?? throwOutside },
    onTrimmed: (trimmed) => telemetry.record({ kind: "trimmed", ...trimmed }),
  });
  for (const finding of store.findings) log.warn(finding);
  const audit = await orClose(store, () => openAudit(auditFile(settings), { log, now: () => clock.now() }));
  const server = { name: "roomcast", version: VERSION, node: random.id().slice(0, NODE_ID_LENGTH) };
  const hub: Hub = new Hub({
    ...{
      log: store.log,
      sessions: store.sessions,
      sanctions: store.sanctions,
      clock,
      random,
      telemetry,
      policy,
    },
    contract: options.contract ?? bundledEvents,
    handlers: hubHandlers<C>(options.handlers ?? {}, () => ({ hub, audit })),
    settings: hubSettings(settings, server),
  });
  const onFault = (error: unknown): void => {
    telemetry.record({ kind: "fault", where: "adapter", error });
  };
  const { authenticate } = options;
  const door = makeDoor(settings, { clock, policy, telemetry, authenticate, onFault });
  const { addresses, credits, entrance, places, turnedAway } = door;
  const { heartbeatMs, helloTimeoutMs } = settings;
  const ports = { ...door, hub, policy, clock, random, onFault };
  const { namespaces } = options;
  const ws = new WsAdapter({ ...ports, heartbeatMs });
  const socketio = new SocketioAdapter({
    ...{ ...ports, heartbeatMs, helloTimeoutMs, namespaces },
    generation: store.log.generation,
  });
  const sockets = [ws, socketio];
  const streams = new Streams(clock, heartbeatMs, places);
  const http = new HttpAdapter({
    ...{ ...ports, streams, telemetry, ticketsPerUser: settings.ticketsPerUser },
    ready: async () => !hub.draining && (await answers(store, clock)),
  });
  const admin = new AdminAdapter({
    ...{
      hub,
      // A moderator's request costs what anybody's does; an operator's never comes to this.
      entrance: credited(entrance, credits, hub),
      credits,
      clock,
      random,
      telemetry,
      tally,
      server,
      onFault,
      addresses,
      storeKind: settings.store,
      backup: () => store.backup(),
    },
    // A server of yours may have metrics of its own.
    claimsMetrics: options.server === undefined,
    // What stands in front of your own server is not known here, so there only the token counts.
    operators: { token: settings.adminToken, trustsLoopback: options.server === undefined },
    audit,
  });
  const web = options.web ?? (options.server === undefined && WEB_FOLDER);
  const share = shareOf(sockets, [http, socketio, admin], web === false ? undefined : pagesIn(web));
  return new RoomcastServer<C>({
    ...{ hub, log, audit, port: settings.port, host: settings.host },
    http:
      options.server ??
      ownHttpServer(
        // One that names two hosts, or none, is answered as a plain request.
        (request) => namesOneHost(request) && sockets.some((each) => each.claims(request)),
        door,
        { timeout: heartbeatMs + ANSWER_MS },
      ),
    ownsHttp: options.server === undefined,
    // On your own server, requests that are not Roomcast's are not Roomcast's to count.
    share:
      options.server === undefined
        ? { ...share, ...inFewPieces(paced(toOneHost(share), door.requests), door.doorstep) }
        : share,
    closeSockets: async () => {
      await Promise.all([...sockets, streams].map((each) => each.close()));
      admin.close();
      turnedAway.close();
    },
    closeStore: () => store.close(),
  });
}

async function policyOf(
  settings: Settings,
  { authenticate, authorize }: Pick<ServerOptions, "authenticate" | "authorize">,
  clock: Clock,
  log: Logger,
): Promise<Policy> {
  const hooks = { hooked: authenticate !== undefined, authorize, tell: (text: string) => log.warn(text) };
  const { policy, warnings } = await openPolicy(settings, clock, hooks);
  for (const warning of warnings) log.warn(warning);
  return policy;
}

/** A start that fails leaves no store open. */
async function orClose<Value>(store: Store, open: () => Value): Promise<Value> {
  try {
    return open();
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Beside the store, where there is one on disk. */
const auditFile = ({ auditFile: file, store, dataDir }: Settings): string | undefined =>
  file ?? (store === "memory" ? undefined : join(dataDir, "audit.jsonl"));

function hubSettings(settings: Settings, server: HubSettings["server"]): Partial<HubSettings> {
  const { defaultRoom, helloTimeoutMs, heartbeatMs, connectionsPerAddress, upgradesPerSecond } = settings;
  const hellosPerSecond = connectionsPerAddress === 0 ? 0 : upgradesPerSecond;
  const limits = Object.fromEntries(LIMIT_NAMES.map((name) => [name, settings[name]]));
  return { ...limits, server, defaultRoom, helloTimeoutMs, heartbeatMs, hellosPerSecond };
}

function shareOf(
  sockets: readonly Pick<WsAdapter, "claims" | "upgrade">[],
  plain: readonly Pick<HttpAdapter, "take">[],
  web: WebApp | undefined,
): Share {
  return {
    request(request, response) {
      if (plain.some((adapter) => adapter.take(request, response))) return true;
      let taken = web !== undefined;
      web?.(request, response, () => {
        taken = false;
      });
      return taken;
    },
    upgrade(request, socket, head) {
      const adapter = sockets.find((each) => each.claims(request));
      adapter?.upgrade(request, socket, head);
      return adapter !== undefined;
    },
  };
}

/** Whether the store can be read, and soon. */
async function answers(store: Store, clock: Clock): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.after(READ_TIMEOUT_MS, () => {
    resolve(false);
  });
  const answered = await Promise.race([store.canRead(), late]);
  timer.cancel();
  return answered;
}

const pagesIn = (folder: string): WebApp =>
  webApp(folder, devUrl(), folder === WEB_FOLDER ? BUNDLED_APP_POLICY : undefined);

/** As scripts/dev.ts chooses it. */
const devUrl = (): string => `http://127.0.0.1:${process.env["WEB_PORT"] ?? "5173"}`;

/** Nobody waits for this, and nobody may go on: it ends the process unless the application has its own way. */
function throwOutside(sentence: string): void {
  setImmediate(() => {
    throw new Error(sentence);
  });
}
