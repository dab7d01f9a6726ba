/** Owns where a request comes from. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

const MAPPED_IPV4 = "::ffff:";

/** An IPv4 address is the same whether the server listens on both families or on one. */
export function addressOf(socket: Socket): string {
  const address = socket.remoteAddress ?? "unknown";
  return address.startsWith(MAPPED_IPV4) ? address.slice(MAPPED_IPV4.length) : address;
}

/** Whether the client itself runs on this machine: a proxy that does speaks for others. */
export function isLocal(request: IncomingMessage): boolean {
  const { forwarded, "x-forwarded-for": forwardedFor } = request.headers;
  if (forwarded !== undefined || forwardedFor !== undefined) return false;
  return isLoopbackAddress(addressOf(request.socket));
}

const isLoopbackAddress = (address: string): boolean => address === "::1" || address.startsWith("127.");
