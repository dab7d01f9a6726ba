/** Owns how a path becomes a call: a pattern like `/v1/rooms/{room}/events`, whose parameters are typed by its text. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Answer } from "./answer.ts";

type ParameterOf<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never;

export interface Call<Name extends string = string> {
  readonly request: IncomingMessage;
  readonly parameters: Readonly<Record<Name, string>>;
  readonly query: URLSearchParams;
  /** For an answer that goes on: whoever writes to it resolves with `undefined`. */
  readonly response: ServerResponse;
}

type Handle<Out, Name extends string = string> = (call: Call<Name>) => Promise<Out> | Out;

export interface Route<Out = Answer> {
  readonly method: "GET" | "POST";
  readonly pattern: Steps;
  readonly handle: Handle<Out>;
}

export function route<const Pattern extends string, Out = Answer>(
  method: Route["method"],
  pattern: Pattern,
  handle: Handle<Out, ParameterOf<Pattern>>,
): Route<Out> {
  // `match` finds a value for each parameter of the pattern, or no call is made.
  return { method, pattern: stepsOf(pattern), handle };
}

/** Cut once: every request is compared with every pattern. */
type Steps = readonly string[];

export const stepsOf = (path: string): Steps => path.split("/");

/** What the parameters stand for in the path, still percent-encoded; undefined when it is another path. */
export function match(wanted: Steps, steps: Steps): Map<string, string> | undefined {
  if (wanted.length !== steps.length) return undefined;
  const found = new Map<string, string>();
  for (const [index, step] of steps.entries()) {
    const want = wanted[index] ?? "";
    if (want.startsWith("{")) found.set(want.slice(1, -1), step);
    else if (want !== step) return undefined;
  }
  return found;
}
