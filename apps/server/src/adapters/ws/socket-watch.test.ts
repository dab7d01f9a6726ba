import { ManualClock } from "@roomcast/hub/testing";
import { beforeEach, describe, expect, it } from "vitest";

import { SocketWatch, type WatchedSocket } from "./socket-watch.ts";

const TIMES = { heartbeatMs: 25_000, pongTimeoutMs: 8_000, messageTimeoutMs: 10_000, closeTimeoutMs: 2_000 };

class Peer implements WatchedSocket {
  readonly seen: string[] = [];

  ping(): void {
    this.seen.push("ping");
  }

  abort(name: string, reason: string): void {
    this.seen.push(`${name}: ${reason}`);
  }

  cut(reason: string): void {
    this.seen.push(`cut: ${reason}`);
  }
}

describe("the watch over sockets", () => {
  let clock: ManualClock;
  let watch: SocketWatch<Peer>;
  let peer: Peer;
  beforeEach(() => {
    clock = new ManualClock();
    watch = new SocketWatch(clock, TIMES);
    peer = new Peer();
    watch.opened(peer);
  });

  it("P-SOCK-11 T9: a peer that answers no ping is cut after 33 s", () => {
    clock.advance(24_999);
    expect(peer.seen).toEqual([]);
    clock.advance(1);
    expect(peer.seen).toEqual(["ping"]);
    clock.advance(7_999);
    expect(peer.seen).toHaveLength(1);
    clock.advance(1);
    expect(peer.seen).toEqual(["ping", "cut: no pong came in time"]);
  });

  it("T9: a peer that answers lives, and is asked again every 25 s", () => {
    for (let beat = 1; beat <= 5; beat += 1) {
      clock.advance(25_000);
      expect(peer.seen).toHaveLength(beat);
      watch.ponged(peer);
    }
    expect(new Set(peer.seen)).toEqual(new Set(["ping"]));
  });

  it("T9: a pong that nobody asked for puts off nothing", () => {
    clock.advance(20_000);
    watch.ponged(peer);
    clock.advance(5_000);
    expect(peer.seen).toEqual(["ping"]);
  });

  it("W-4: a thousand sockets need one timer for a kind of deadline", () => {
    for (let more = 0; more < 1000; more += 1) watch.opened(new Peer());
    expect(clock.pendingTimers).toBe(1);
  });

  it("T6: a message that is not complete after 10 s ends the socket", () => {
    watch.messageBegan(peer);
    clock.advance(9_999);
    expect(peer.seen).toEqual([]);
    clock.advance(1);
    expect(peer.seen).toEqual(["policy: a message was not complete in time"]);
  });

  it("T3: a peer that has ended, but takes nothing any more, is cut after 2 s", () => {
    watch.ending(peer);
    clock.advance(2_000);
    expect(peer.seen).toEqual(["cut: its end was not taken in time"]);
  });

  it("W-4: nothing is left of a socket that is closed", () => {
    watch.messageBegan(peer);
    watch.ending(peer);
    watch.closed(peer);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(60_000);
    expect(peer.seen).toEqual([]);
  });

  it("R-BEHIND: of a socket that is not read neither a pong is due nor the rest of a message, until it is read again", () => {
    clock.advance(25_000);
    watch.messageBegan(peer);
    watch.paused(peer);
    clock.advance(60_000);
    expect(peer.seen).toEqual(["ping"]);
    watch.resumed(peer, true);
    clock.advance(9_999);
    expect(peer.seen).toEqual(["ping"]);
    clock.advance(1);
    expect(peer.seen).toEqual(["ping", "policy: a message was not complete in time"]);
    clock.advance(15_000);
    expect(peer.seen.at(-1)).toBe("ping");
    watch.closed(peer);
  });
});
