/** Owns what holds when an application gives no contract: any event name passes, its data unchecked. */
import { defineContract } from "@roomcast/protocol";

export const openContract = defineContract({ strict: false, events: {} });

/** The type of a client without a contract: any event, any data. */
export type OpenContract = typeof openContract;
