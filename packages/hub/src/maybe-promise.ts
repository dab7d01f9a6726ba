/** Owns "now or later": the usual way costs no promise, and an application's asynchronous hook still keeps its place. */

export type MaybePromise<Value> = Value | Promise<Value>;

/** By its method and not by `instanceof`: an application may bring promises of another realm or library. */
export const isPromise = <Value>(value: MaybePromise<Value>): value is Promise<Value> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";

/** Goes on with a value: at once, or when the promise of it is fulfilled. */
export function whenReady<Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}
