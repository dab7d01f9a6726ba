/** Owns "now or later": the usual way costs no promise, and an application's asynchronous hook still keeps its place. */

export type MaybePromise<Value> = Value | Promise<Value>;

export function whenReady<Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  return value instanceof Promise ? value.then(next) : next(value);
}
