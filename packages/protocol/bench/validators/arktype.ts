import { type } from "arktype";

const schema = type({
  type: "'publish'",
  id: type("1 <= string <= 64").and(/^\P{Surrogate}*$/u),
  room: /^[A-Za-z0-9_.:-]{1,128}$/,
  event: /^[a-z][A-Za-z0-9_.-]{0,63}$/,
  data: "unknown",
  "echo?": "boolean",
  "to?": "1 <= string <= 64",
});
const dropping = schema.onUndeclaredKey("delete");

export function check(value: unknown): unknown {
  const result = schema(value);
  return result instanceof type.errors ? undefined : result;
}

export function drop(value: unknown): unknown {
  const result = dropping(value);
  return result instanceof type.errors ? undefined : result;
}
