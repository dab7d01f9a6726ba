/** Owns which handler answers which message: a line per type, and a missing one does not compile. */
import type { Hello, Up } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import { history } from "./history.ts";
import { join } from "./join.ts";
import { leave } from "./leave.ts";
import { ping } from "./ping.ts";
import { presence } from "./presence.ts";
import { publish } from "./publish.ts";
import { refresh } from "./refresh.ts";

type Request = Exclude<Up, Hello>;
type Handlers = {
  readonly [Type in Request["type"]]: (
    exchange: Exchange,
    message: Extract<Request, { type: Type }>,
  ) => MaybePromise<void>;
};

const HANDLERS: Handlers = { join, leave, publish, presence, history, refresh, ping };

export function dispatch(exchange: Exchange, message: Request): MaybePromise<void> {
  const handle = HANDLERS[message.type] as (exchange: Exchange, message: Request) => MaybePromise<void>;
  return handle(exchange, message);
}
