/** GET /v1/asyncapi.json: the contract, to whoever may take part. */
import type { Hub } from "@roomcast/hub";

import { asyncapiDocument } from "../../contract/asyncapi-document.ts";
import type { Entrance } from "../entrance.ts";
import type { Origins } from "../origins.ts";
import { type Answer, refused } from "./answer.ts";
import type { Call } from "./route.ts";

export interface ContractPorts {
  readonly hub: Pick<Hub, "inspection">;
  readonly entrance: Pick<Entrance, "identify">;
  readonly origins: Origins;
}

export class ContractDocument {
  readonly #ports: ContractPorts;
  /** A contract does not change, and its schemas are work to print. */
  #document: Promise<object> | undefined;

  constructor(ports: ContractPorts) {
    this.#ports = ports;
  }

  async show({ request }: Call<never>): Promise<Answer> {
    const { hub, entrance, origins } = this.#ports;
    const identity = await entrance.identify(request);
    if (!identity.ok) return refused(identity.error);
    const document = await (this.#document ??= asyncapiDocument(hub.inspection.contract));
    const origin = origins.reached(request);
    const servers = origin && {
      here: { host: origin.host, protocol: origin.protocol === "https:" ? "wss" : "ws" },
    };
    return { status: 200, body: JSON.stringify({ ...document, ...(servers && { servers }) }) };
  }
}
