/** Owns where a server is reached from its own machine. */

/** One listens on every address, but visits a single one. */
export function visitUrl(scheme: "http" | "https", address: string, port: number): string {
  const visited = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address] ?? address;
  return `${scheme}://${visited.includes(":") ? `[${visited}]` : visited}:${port}`;
}
