import { ManualClock } from "@roomcast/hub/testing";
import { describe, expect, it } from "vitest";

import { Doorstep } from "./doorstep.ts";
import { Addresses } from "./peer-address.ts";
import { isReadNoMore } from "./slices.ts";

interface Remote {
  readonly remoteAddress: string;
  push(): boolean;
}

const from = (remoteAddress: string): Remote => ({ remoteAddress, push: () => true });
const FLOODER = from("192.0.2.1");
/** Two seconds' worth of refusals. */
const BORNE = 200;
const TAKEN_PER_SECOND = 10;

function doorstep({ isKnownByAddress = true, takenPerSecond = TAKEN_PER_SECOND } = {}): {
  readonly clock: ManualClock;
  readonly step: Doorstep;
  readonly refuse: (socket: Remote, times: number) => void;
  /** How many of so many who come at once are taken. */
  readonly taken: (socket: Remote, times: number) => number;
} {
  const clock = new ManualClock();
  const addresses = new Addresses(["10.0.0.0/8"]);
  const step = new Doorstep({ clock, addresses, isKnownByAddress, takenPerSecond });
  const refuse = (socket: Remote, times: number): void => {
    for (let time = 0; time < times; time += 1) step.refused(socket);
  };
  const taken = (socket: Remote, times: number): number =>
    Array.from({ length: times }, () => step.admits(socket)).filter((admission) => admission !== "not")
      .length;
  return { clock, step, refuse, taken };
}

describe("R-DOORSTEP", () => {
  it("of who is refused too often no more are taken than may begin in a second, and of others all", () => {
    const { clock, step, refuse, taken } = doorstep();
    refuse(FLOODER, BORNE);
    expect(taken(FLOODER, 100)).toBe(100);
    refuse(FLOODER, 1);
    expect(taken(FLOODER, 100)).toBe(2 * TAKEN_PER_SECOND);
    expect(taken(from("192.0.2.2"), 100)).toBe(100);
    clock.advance(999);
    expect(taken(FLOODER, 100)).toBe(TAKEN_PER_SECOND - 1);
    clock.advance(1_000);
    expect(step.admits(FLOODER)).toBe("freely");
    expect(taken(FLOODER, 100)).toBe(100);
  });

  it("where the door is narrow, a refusal is the last that is read of a connection; else, and of others, it is not", () => {
    const { clock, step, refuse } = doorstep();
    const [patient, hasty, other] = [from("192.0.2.1"), from("192.0.2.1"), from("192.0.2.2")];
    refuse(patient, BORNE);
    expect(isReadNoMore(patient)).toBe(false);
    refuse(hasty, 1);
    refuse(other, 1);
    expect([patient, hasty, other].map(isReadNoMore)).toEqual([false, true, false]);
    expect(step.admits(hasty)).toBe("narrowly");
    clock.advance(1_000);
    refuse(patient, 1);
    expect(isReadNoMore(patient)).toBe(false);
  });

  it("who sends what nobody sends who means well comes through a narrow door at once, and no more is read of it", () => {
    const { clock, step, taken } = doorstep();
    step.offended(FLOODER);
    expect(isReadNoMore(FLOODER)).toBe(true);
    expect(taken(FLOODER, 100)).toBe(2 * TAKEN_PER_SECOND);
    clock.advance(1_000);
    expect(step.admits(from(FLOODER.remoteAddress))).toBe("freely");
  });

  it("who is refused a hundred times a second is heard for ever", () => {
    const { clock, step, refuse } = doorstep();
    for (let second = 0; second < 100; second += 1) {
      refuse(FLOODER, 100);
      expect(step.admits(FLOODER)).toBe("freely");
      clock.advance(1_000);
    }
  });

  it.each([
    ["stays narrow for as long as more come than go through", 2, false],
    ["opens to who comes no faster than that", 1, true],
  ])("the door %s", (_, perTenth, isOpen) => {
    const { clock, refuse, taken } = doorstep();
    refuse(FLOODER, BORNE + 1);
    taken(FLOODER, 100);
    let through = 0;
    for (let tenth = 0; tenth < 100; tenth += 1) {
      clock.advance(100);
      through += taken(FLOODER, perTenth);
    }
    expect(through).toBe(10 * TAKEN_PER_SECOND);
    expect(taken(FLOODER, 100) === 100).toBe(isOpen);
  });

  it("who only comes, and is refused nothing, comes through a narrow door beyond four times what may begin, and what twenty seconds bring", () => {
    const { clock, taken } = doorstep();
    const free = 4 * TAKEN_PER_SECOND * 20;
    expect(taken(FLOODER, free)).toBe(free);
    expect(taken(FLOODER, 1_000)).toBe(2 * TAKEN_PER_SECOND);
    expect(taken(from("192.0.2.2"), 100)).toBe(100);
    clock.advance(1_000);
    expect(taken(FLOODER, 4 * TAKEN_PER_SECOND)).toBe(4 * TAKEN_PER_SECOND);
  });

  it("where as many may begin as like, the door is never narrow", () => {
    const { refuse, taken } = doorstep({ takenPerSecond: 0 });
    refuse(FLOODER, 10 * BORNE);
    expect(taken(FLOODER, 1_000)).toBe(1_000);
  });

  it("one of IPv6 stands for its network, and an IPv4 address is the same by both families", () => {
    const { refuse, taken } = doorstep();
    refuse(from("2001:db8::1"), BORNE + 1);
    expect(taken(from("2001:db8::2"), 100)).toBe(2 * TAKEN_PER_SECOND);
    expect(taken(from("2001:db8:0:1::1"), 100)).toBe(100);
    refuse(from("::ffff:192.0.2.1"), BORNE + 1);
    expect(taken(FLOODER, 100)).toBe(2 * TAKEN_PER_SECOND);
  });

  it("behind a proxy that is trusted, and where addresses say nothing, the door is open", () => {
    const { refuse, taken } = doorstep();
    refuse(from("10.1.2.3"), 10 * BORNE);
    expect(taken(from("10.1.2.3"), 100)).toBe(100);
    const unknown = doorstep({ isKnownByAddress: false });
    unknown.refuse(FLOODER, 10 * BORNE);
    expect(unknown.taken(FLOODER, 100)).toBe(100);
  });
});
