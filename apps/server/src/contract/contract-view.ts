/** Owns how a contract looks to somebody who has not written it: its events, and the JSON Schema of what each may hold. */
import type { Contract } from "@roomcast/protocol";
import type { ContractView } from "@roomcast/protocol/operators";

import { jsonSchemaOf } from "./json-schema.ts";

export async function contractView({ events, strict }: Contract): Promise<ContractView> {
  const views = Object.entries(events).map(async ([name, { data, kept = true, publisher = "anyone" }]) => ({
    ...{ name, kept, publisher },
    schema: await jsonSchemaOf(data, "input"),
  }));
  return { strict, events: await Promise.all(views) };
}
