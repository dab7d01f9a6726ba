/** Owns where a request comes from. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

const MAPPED_IPV4 = "::ffff:";

/** An IPv4 address is the same whether the server listens on both families or on one. */
export function addressOf(socket: Socket): string {
  const address = socket.remoteAddress ?? "unknown";
  return address.startsWith(MAPPED_IPV4) ? address.slice(MAPPED_IPV4.length) : address;
}

/** What proxies say of themselves and of those for whom they ask. */
const PROXY_HEADERS = [
  ...["forwarded", "via", "x-real-ip"],
  ...["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
];

/** Whether the client itself runs on this machine: a proxy that does speaks for others. */
export function isLocal({ headers, socket }: IncomingMessage): boolean {
  return PROXY_HEADERS.every((name) => headers[name] === undefined) && isLoopbackAddress(addressOf(socket));
}

const isLoopbackAddress = (address: string): boolean => address === "::1" || address.startsWith("127.");
