/**
 * Owns requests that share their connection with no other. Whoever loses a room has every connection reset by which they may have
 * been told of it (ADR 0014); Node's `fetch` lends one to the next request, which then fails for what another user did.
 */
export const fetchAlone = (url: string, init: RequestInit = {}): Promise<Response> => {
  const headers = new Headers(init.headers);
  headers.set("connection", "close");
  return fetch(url, { ...init, headers });
};
