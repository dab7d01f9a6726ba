/** Owns how a refusal looks as the body of an HTTP answer. */
import { ERROR_CODES, type Refusal } from "@roomcast/protocol";

export function errorBody({ code, message, retryAfterMs }: Refusal): string {
  const { retry } = ERROR_CODES[code];
  return JSON.stringify({
    error: { code, message, retry, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  });
}
