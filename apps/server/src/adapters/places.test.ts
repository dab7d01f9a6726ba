import { ManualClock } from "@roomcast/hub/testing";
import type { TelemetryEvent } from "@roomcast/hub";
import type { IncomingMessage } from "node:http";
import { beforeEach, describe, expect, it } from "vitest";

import { Addresses } from "./peer-address.ts";
import { type Place, Places, type PlacesOptions } from "./places.ts";

const from = (remoteAddress: string): IncomingMessage =>
  ({ headers: {}, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe("places", () => {
  let clock: ManualClock;
  let told: TelemetryEvent[];
  let places: Places;
  let refused: unknown[];
  beforeEach(() => {
    clock = new ManualClock();
    told = [];
    refused = [];
  });

  const open = (limits: Partial<PlacesOptions["limits"]>): void => {
    places = new Places({
      ...{ clock, addresses: new Addresses(), telemetry: { record: (event) => told.push(event) } },
      limits: { maxConnections: 0, connectionsPerAddress: 1_000, upgradesPerSecond: 0, ...limits },
      doorstep: { refused: (socket) => refused.push(socket.remoteAddress) },
    });
  };
  const come = (address: string): Place => {
    const taken = places.take(from(address));
    if (!taken.ok) throw new Error(taken.error.message);
    return taken.value;
  };
  const kept = (address: string): Place => {
    const place = come(address);
    place.keep();
    return place;
  };

  it("W-5 R-LIMIT-CONNECTIONS: so many of one address, and others pay nothing for it", () => {
    open({ connectionsPerAddress: 2 });
    const first = kept("192.0.2.1");
    kept("192.0.2.1");
    expect(places.take(from("192.0.2.1"))).toMatchObject({
      error: { code: "overloaded", retryAfterMs: 5_000, isOwnExcess: true },
    });
    kept("192.0.2.2");
    first.leave();
    first.leave();
    kept("192.0.2.1");
    expect(places.take(from("192.0.2.1")).ok).toBe(false);
    expect(told).toEqual([
      { kind: "limited", limit: "connectionsPerAddress" },
      { kind: "limited", limit: "connectionsPerAddress" },
    ]);
  });

  it("R-LIMIT-CONNECTIONS: whoever has an address of IPv6 has all of its network", () => {
    open({ connectionsPerAddress: 1 });
    kept("2001:db8:1:2::1");
    expect(places.take(from("2001:db8:1:2:ffff::1")).ok).toBe(false);
    expect(places.take(from("2001:db8:1:3::1")).ok).toBe(true);
    kept("::1");
    expect(places.take(from("::2")).ok).toBe(false);
  });

  it("R-LIMIT-CONNECTIONS: so many in all", () => {
    open({ maxConnections: 2 });
    kept("192.0.2.1");
    const second = kept("192.0.2.2");
    expect(places.take(from("192.0.2.3"))).toMatchObject({
      error: { code: "overloaded", message: "as many connections as this server takes" },
    });
    second.leave();
    expect(places.take(from("192.0.2.3")).ok).toBe(true);
  });

  it("R-LIMIT-UPGRADES: so many a second from one address, and what twenty seconds bring at once", () => {
    open({ upgradesPerSecond: 2 });
    for (let count = 0; count < 40; count += 1) come("192.0.2.1").leave();
    expect(places.take(from("192.0.2.1"))).toMatchObject({
      error: { code: "overloaded", retryAfterMs: 500 },
    });
    come("192.0.2.2");
    clock.advance(500);
    come("192.0.2.1");
    expect(told).toEqual([{ kind: "limited", limit: "upgradesPerSecond" }]);
  });

  it("R-DOORSTEP: who comes too fast is told at the doorstep, and who finds no place is not", () => {
    open({ upgradesPerSecond: 1, connectionsPerAddress: 2 });
    kept("192.0.2.1");
    kept("192.0.2.1");
    for (let count = 0; count < 18; count += 1) expect(places.take(from("192.0.2.1")).ok).toBe(false);
    expect(refused).toEqual([]);
    for (let count = 0; count < 2; count += 1) expect(places.take(from("192.0.2.1")).ok).toBe(false);
    expect(refused).toEqual(["192.0.2.1", "192.0.2.1"]);
  });

  it("R-LIMIT-UPGRADES: where addresses are not counted, neither are their upgrades", () => {
    open({ connectionsPerAddress: 0, upgradesPerSecond: 1 });
    for (let count = 0; count < 100; count += 1) come("192.0.2.1");
  });

  it("R-LIMIT-STRANGERS: a thousand sockets that say nothing keep nobody out, and the oldest goes first", () => {
    open({ connectionsPerAddress: 1_000, maxConnections: 1_500 });
    const gone: number[] = [];
    for (let count = 0; count < 1_000; count += 1) {
      come("192.0.2.1").onGivenAway = () => void gone.push(count);
    }
    const honest = kept("192.0.2.1");
    kept("192.0.2.1");
    expect(gone).toEqual([0, 1]);
    // In all, too: from addresses without end.
    for (let count = 0; count < 2_000; count += 1) come(`198.51.100.${count}`);
    expect(gone).toHaveLength(1_000 - 2 + 2);
    let isGone = false;
    honest.onGivenAway = () => (isGone = true);
    for (let count = 0; count < 5_000; count += 1) come(`203.0.113.${count}`);
    expect(isGone).toBe(false);
  });
});
