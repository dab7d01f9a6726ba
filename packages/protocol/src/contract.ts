/** Owns what an application may send: event names with their schemas and options, typed at both ends. */
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { type Refusal, refusal } from "./error-codes.ts";
import { isEventName, RESERVED_EVENTS } from "./ids.ts";
import { err, ok, type Result } from "./result.ts";

/** One event of a contract: what its data may be, whether it is kept, who may publish it. */
export interface EventOptions<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /**
   * Any Standard Schema validator (valibot, zod, arktype …). Its output is what is published, so it must be JSON.
   * It must answer synchronously: the order of a publisher's events depends on it.
   */
  readonly data: Schema;
  /** true (default): in the log, with an offset, replayed to whoever missed it. false: only to who is there now. */
  readonly kept?: boolean;
  /** "anyone" (default), or "server": only the embedding application may publish it. */
  readonly publisher?: "anyone" | "server";
}

/** The events of a contract, by name. */
export type EventMap = Readonly<Record<string, EventOptions>>;

/** What may be published in a room. Server and clients share one; `defineContract` makes it. */
export interface Contract<Events extends EventMap = EventMap, Strict extends boolean = boolean> {
  readonly events: Events;
  /** true: an unknown event is refused. false: it passes, unchecked and kept. */
  readonly strict: Strict;
  /** Checks what somebody wants to publish. The value is what goes on the wire, or `bad_event`, `invalid_data`, … */
  check(event: string, data: unknown, publisher: "anyone" | "server"): Result<CheckedEvent, Refusal>;
}

/** What a contract has let through. */
export interface CheckedEvent {
  readonly data: unknown;
  readonly kept: boolean;
}

/** The names that a contract knows; an open one takes any other as well. */
export type EventName<C extends Contract> =
  C extends Contract<infer Events, infer Strict>
    ? Strict extends true
      ? keyof Events & string
      : (keyof Events & string) | (string & {})
    : never;

/** What a publisher gives for an event; unknown for one outside an open contract. */
export type DataIn<C extends Contract, Name extends string> = Name extends keyof C["events"]
  ? StandardSchemaV1.InferInput<C["events"][Name]["data"]>
  : unknown;

/** What a subscriber gets. */
export type DataOut<C extends Contract, Name extends string> = Name extends keyof C["events"]
  ? StandardSchemaV1.InferOutput<C["events"][Name]["data"]>
  : unknown;

/**
 * @param options.strict default true.
 * @throws on a name outside the grammar or a reserved one: a bug in the contract, found at start.
 */
export function defineContract<const Events extends EventMap, const Strict extends boolean = true>(options: {
  readonly events: Events;
  readonly strict?: Strict;
}): Contract<Events, Strict> {
  const { events } = options;
  const strict = (options.strict ?? true) as Strict;
  for (const name of Object.keys(events)) {
    if (!isEventName(name))
      throw new TypeError(`"${name}" is no event name: a–z, then up to 63 of A–Z a–z 0–9 _ . -`);
    if (RESERVED_EVENTS.has(name)) throw new TypeError(`"${name}" is a reserved event name`);
  }
  const known = new Map<string, EventOptions>(Object.entries(events));
  return {
    events,
    strict,
    check(event, data, publisher) {
      if (!isEventName(event)) return err(refusal("bad_event"));
      if (RESERVED_EVENTS.has(event)) return err(refusal("reserved_event"));
      const options = known.get(event);
      if (options === undefined) {
        return strict
          ? err(refusal("bad_event", `the contract has no event "${event}"`))
          : ok({ data, kept: true });
      }
      if (options.publisher === "server" && publisher !== "server") {
        return err(refusal("forbidden", `only the server publishes "${event}"`));
      }
      const result = options.data["~standard"].validate(data);
      if (result instanceof Promise) throw new TypeError(`the schema of "${event}" answers asynchronously`);
      if (result.issues !== undefined) return err(refusal("invalid_data", describe(event, result.issues)));
      return ok({ data: result.value, kept: options.kept ?? true });
    },
  };
}

function describe(event: string, issues: readonly StandardSchemaV1.Issue[]): string {
  const [first] = issues;
  const path = (first?.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return `${[event, ...path].join(".")}: ${first?.message ?? "does not fit the schema"}`;
}
