import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";

import { Addresses, networkOf } from "./peer-address.ts";

const PROXY = "10.1.2.3";
const addresses = new Addresses(["10.0.0.0/8", "127.0.0.1", "2001:db8:ffff::/48"]);

const request = (remoteAddress: string | undefined, headers: IncomingMessage["headers"]): IncomingMessage =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe("where a request comes from", () => {
  it.each<[string, IncomingMessage["headers"], string]>([
    ["nothing is said", {}, PROXY],
    ["one address", { "x-forwarded-for": "192.0.2.1" }, "192.0.2.1"],
    ["what the client had made up before", { "x-forwarded-for": "1.1.1.1, 192.0.2.1" }, "192.0.2.1"],
    ["a proxy behind a proxy", { "x-forwarded-for": "1.1.1.1, 192.0.2.1, 10.9.9.9" }, "192.0.2.1"],
    ["nobody but proxies", { "x-forwarded-for": "10.9.9.9, 10.8.8.8" }, "10.9.9.9"],
    ["a port", { "x-forwarded-for": "192.0.2.1:4711" }, "192.0.2.1"],
    ["IPv6", { "x-forwarded-for": "2001:db8::1" }, "2001:db8::1"],
    ["IPv6 with a port", { "x-forwarded-for": "[2001:db8::1]:80" }, "2001:db8::1"],
    ["IPv6 in another spelling", { "x-forwarded-for": "2001:0DB8:0:0::0001" }, "2001:db8::1"],
    ["IPv6 with a zone", { "x-forwarded-for": "fe80::1%eth0" }, "fe80::1"],
    ["IPv4 in IPv6, in hexadecimal", { "x-forwarded-for": "0:0:0:0:0:FFFF:c000:0201" }, "192.0.2.1"],
    ["IPv4 in IPv6", { "x-forwarded-for": "::ffff:192.0.2.1" }, "192.0.2.1"],
    ["no address", { "x-forwarded-for": "192.0.2.1, unknown" }, PROXY],
    ["nothing between commas", { "x-forwarded-for": ",,," }, PROXY],
    ["Forwarded", { forwarded: 'for=1.1.1.1;proto=http, for="192.0.2.1:80";by=10.0.0.1' }, "192.0.2.1"],
    ["Forwarded with IPv6", { forwarded: 'proto=https;For="[2001:db8::1]:80"' }, "2001:db8::1"],
    ["a quote that never ends", { forwarded: 'for="1.1.1.1, for=192.0.2.1' }, "192.0.2.1"],
    ["Forwarded without an address", { forwarded: "proto=http" }, PROXY],
    ["both, and the same", { forwarded: "for=192.0.2.1", "x-forwarded-for": "192.0.2.1" }, "192.0.2.1"],
    ["both, one of which is made up", { forwarded: "for=1.1.1.1", "x-forwarded-for": "192.0.2.1" }, PROXY],
  ])("R-LIMIT-PROXY: a trusted proxy says %s", (_, headers, client) => {
    expect(addresses.of(request(PROXY, headers))).toBe(client);
    expect(addresses.of(request(`::ffff:${PROXY}`, headers))).toBe(client);
  });

  it("R-LIMIT-PROXY: what anybody else says is not looked at", () => {
    const headers = { "x-forwarded-for": "192.0.2.1", forwarded: "for=192.0.2.1" };
    expect(addresses.of(request("198.51.100.1", headers))).toBe("198.51.100.1");
    expect(addresses.of(request("2001:db8:1::1", headers))).toBe("2001:db8:1::1");
    expect(addresses.of(request("2001:db8:ffff::1", headers))).toBe("192.0.2.1");
    expect(addresses.of(request(undefined, headers))).toBe("unknown");
    expect(new Addresses().of(request(PROXY, headers))).toBe(PROXY);
  });

  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8::5:6", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["1::4:5:6:7:8", "1:0:0:4"],
    ["1:2:3:4:5::", "1:2:3:4"],
    ["unknown", "unknown"],
  ])("R-LIMIT-CONNECTIONS: %s is counted with %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
