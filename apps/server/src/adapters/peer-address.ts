/**
 * Owns where a request comes from. Behind proxies that are trusted that is what they say, read from the right: what stands
 * further left than the first address that is no such proxy, anybody may have written.
 */
import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6, type Socket, SocketAddress } from "node:net";

const MAPPED_IPV4 = "::ffff:";
/** Of IPv6: those of a network that one customer has, and all. */
const [NETWORK_GROUPS, GROUPS] = [4, 8];

export class Addresses {
  readonly #trusted: BlockList | undefined;

  /** @param trusted addresses and subnets (`10.0.0.0/8`) of proxies. */
  constructor(trusted: readonly string[] = []) {
    if (trusted.length === 0) return;
    this.#trusted = new BlockList();
    for (const each of trusted) {
      const [address = "", bits] = each.split("/");
      const family = isIPv6(address) ? "ipv6" : "ipv4";
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  of({ headers, socket }: IncomingMessage): string {
    const direct = plain(socket.remoteAddress ?? "unknown");
    if (!this.#trusts(direct)) return direct;
    const said = [forwardedFor(headers["x-forwarded-for"]), forwarded(headers.forwarded)];
    const clients = said.flatMap((hops) => (hops === undefined ? [] : [this.#client(direct, hops)]));
    const [client = direct] = clients;
    // A proxy writes one of the two headers, and passes on what its client made of the other.
    return clients.every((each) => each === client) ? client : direct;
  }

  /** Where a connection comes from, before anything is read of it; undefined where that is a proxy that is trusted. */
  direct({ remoteAddress = "unknown" }: Pick<Socket, "remoteAddress">): string | undefined {
    const direct = plain(remoteAddress);
    return this.#trusts(direct) ? undefined : direct;
  }

  #client(direct: string, hops: readonly string[]): string {
    let client = direct;
    for (const hop of hops.toReversed()) {
      if (!this.#trusts(client) || isIP(hop) === 0) break;
      client = plain(hop);
    }
    return client;
  }

  #trusts(address: string): boolean {
    if (this.#trusted === undefined || isIP(address) === 0) return false;
    return this.#trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  }
}

/** One spelling for each: IPv6 has many, and an IPv4 address is the same whether the server listens on both families or on one. */
function plain(address: string): string {
  const [unzoned = ""] = address.split("%", 1);
  const spelt = isIPv6(unzoned) ? new SocketAddress({ address: unzoned, family: "ipv6" }).address : address;
  return spelt.startsWith(MAPPED_IPV4) ? spelt.slice(MAPPED_IPV4.length) : spelt;
}

const forwardedFor = (header: string | string[] | undefined): string[] | undefined =>
  header === undefined ? undefined : String(header).split(",").map(withoutPort);

/** RFC 7239. A comma within quotes stands in no address. */
const forwarded = (header: string | undefined): string[] | undefined =>
  header?.split(",").map((hop) => withoutPort(/(?:^|;)\s*for="?([^";]*)/i.exec(hop.trim())?.[1] ?? ""));

/** `192.0.2.1:80`, `[2001:db8::1]:80`. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  return /^\[([^\]]*)\]/.exec(text)?.[1] ?? /^[\d.]+(?=:\d+$)/.exec(text)?.[0] ?? text;
}

/** Whom an address is counted with: whoever has one of IPv6 has all of its network. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = [], tail = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: GROUPS - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].slice(0, NETWORK_GROUPS).join(":");
}

/** What proxies say of themselves and of those for whom they ask. */
const PROXY_HEADERS = [
  ...["forwarded", "via", "x-real-ip"],
  ...["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
];

/** Whether the client itself runs on this machine: a proxy that does speaks for others. */
export function isLocal({ headers, socket }: IncomingMessage): boolean {
  return (
    PROXY_HEADERS.every((name) => headers[name] === undefined) &&
    isLoopbackAddress(plain(socket.remoteAddress ?? "unknown"))
  );
}

const isLoopbackAddress = (address: string): boolean => address === "::1" || address.startsWith("127.");
