/** Owns which close code ws has answered a broken frame with; its own "close" event says 1006 for all of them. */
const CODES = new Map<string, number>([
  ["WS_ERR_INVALID_UTF8", 1007],
  ["WS_ERR_TOO_MANY_BUFFERED_PARTS", 1008],
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", 1009],
  ["WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", 1009],
]);
const PROTOCOL_ERROR = 1002;

/** undefined when it was no frame that broke, but the connection below. */
export function closeCodeOf(error: Error): number | undefined {
  const code = "code" in error ? String(error.code) : "";
  return CODES.get(code) ?? (code.startsWith("WS_ERR_") ? PROTOCOL_ERROR : undefined);
}
