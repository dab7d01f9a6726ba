/** Owns what holds when an application gives no contract: any event name passes, its data unchecked. */
import { defineContract } from "@roomcast/protocol";

export const openContract = defineContract({ strict: false, events: {} });

export type OpenContract = typeof openContract;
