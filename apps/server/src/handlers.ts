/** Owns the type of an application's handlers: by event name, with the data that the contract promises. */
import type { EventHandler } from "@roomcast/hub";
import type { Contract, DataOut } from "@roomcast/protocol";

export type Handlers<C extends Contract> = {
  readonly [Name in keyof C["events"] & string]?: EventHandler<DataOut<C, Name>>;
};
