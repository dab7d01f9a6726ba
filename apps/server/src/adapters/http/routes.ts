/** Owns the choice among routes: which of them a request means, and the call that it becomes. */
import { refusal } from "@roomcast/protocol";
import type { IncomingMessage, ServerResponse } from "node:http";

import { requestTarget } from "../request-target.ts";
import { type Answer, refused } from "./answer.ts";
import { match, type Route, stepsOf } from "./route.ts";

export interface Found<Out> {
  readonly route: Route<Out>;
  readonly parameters: ReadonlyMap<string, string>;
}

export interface Choice<Out> {
  /** What the path takes, as `Allow` lists it. */
  readonly methods: string;
  /** undefined: the path does not take the request's method. */
  readonly found: Found<Out> | undefined;
}

export class Routes<Out = Answer> {
  readonly #routes: readonly Route<Out>[];
  readonly #onFault: (error: unknown) => void;

  /** @param onFault a handler threw: a bug. */
  constructor(routes: readonly Route<Out>[], onFault: (error: unknown) => void) {
    this.#routes = routes;
    this.#onFault = onFault;
  }

  /** undefined: nothing has this path. */
  choose(request: IncomingMessage): Choice<Out> | undefined {
    const steps = stepsOf(requestTarget(request).path);
    const all = this.#routes.flatMap((route) => {
      const parameters = match(route.pattern, steps);
      return parameters === undefined ? [] : [{ route, parameters }];
    });
    if (all.length === 0) return undefined;
    const methods = all.map(({ route: { method } }) => (method === "GET" ? "GET, HEAD" : method));
    const wanted = request.method === "HEAD" ? "GET" : request.method;
    return {
      methods: [...methods, "OPTIONS"].join(", "),
      found: all.find(({ route }) => route.method === wanted),
    };
  }

  async call(
    { route, parameters }: Found<Out>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Out | Answer> {
    try {
      const decoded = decodeAll(parameters);
      if (decoded === undefined) {
        return refused(refusal("bad_message", "the path is not percent-encoded UTF-8"));
      }
      const query = new URLSearchParams(requestTarget(request).query);
      return await route.handle({ request, response, parameters: decoded, query });
    } catch (error) {
      this.#onFault(error);
      return refused(refusal("internal"));
    }
  }
}

/** Of a path that is there, by a method that it does not take. */
export const notAllowed = (methods: string): Answer => ({
  ...refused(refusal("bad_message", `this path takes ${methods}`), 405),
  headers: { Allow: methods },
});

function decodeAll(parameters: ReadonlyMap<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries([...parameters].map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return undefined;
  }
}
