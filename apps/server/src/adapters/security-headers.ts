/** Owns what every answer says of itself: it is what its type says, shows nothing, runs nothing, stands in no frame. A page says more. */
export const SECURITY_HEADERS = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;
