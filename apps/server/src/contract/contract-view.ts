/** Owns how a contract looks to somebody who has not written it: its events, and the JSON Schema of what each may hold. */
import type { Contract } from "@roomcast/protocol";

import { jsonSchemaOf } from "./json-schema.ts";

export interface EventView {
  readonly name: string;
  readonly kept: boolean;
  readonly publisher: "anyone" | "server";
  /** null: its validator cannot say. */
  readonly schema: object | null;
}

export interface ContractView {
  /** false: events that are not listed pass too, unchecked and kept. */
  readonly strict: boolean;
  readonly events: readonly EventView[];
}

export async function contractView({ events, strict }: Contract): Promise<ContractView> {
  const views = Object.entries(events).map(async ([name, { data, kept = true, publisher = "anyone" }]) => ({
    ...{ name, kept, publisher },
    schema: await jsonSchemaOf(data, "input"),
  }));
  return { strict, events: await Promise.all(views) };
}
