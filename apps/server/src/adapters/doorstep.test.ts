import { ManualClock } from "@roomcast/hub/testing";
import { describe, expect, it } from "vitest";

import { Doorstep } from "./doorstep.ts";
import { Addresses } from "./peer-address.ts";

const from = (remoteAddress: string): { readonly remoteAddress: string } => ({ remoteAddress });
const FLOODER = from("192.0.2.1");
/** Two seconds' worth of refusals. */
const BORNE = 200;

function doorstep(isKnownByAddress = true): {
  readonly clock: ManualClock;
  readonly step: Doorstep;
  readonly refuse: (socket: ReturnType<typeof from>, times: number) => void;
} {
  const clock = new ManualClock();
  const addresses = new Addresses(["10.0.0.0/8"]);
  const step = new Doorstep({ clock, addresses, isKnownByAddress });
  const refuse = (socket: ReturnType<typeof from>, times: number): void => {
    for (let time = 0; time < times; time += 1) step.refused(socket);
  };
  return { clock, step, refuse };
}

describe("R-DOORSTEP", () => {
  it("who is refused too often at once is not taken for a second, and others are", () => {
    const { clock, step, refuse } = doorstep();
    refuse(FLOODER, BORNE);
    expect(step.admits(FLOODER)).toBe(true);
    refuse(FLOODER, 1);
    expect(step.admits(FLOODER)).toBe(false);
    expect(step.admits(from("192.0.2.2"))).toBe(true);
    clock.advance(999);
    expect(step.admits(FLOODER)).toBe(false);
    clock.advance(1);
    expect(step.admits(FLOODER)).toBe(true);
  });

  it("who is refused a hundred times a second is heard for ever", () => {
    const { clock, step, refuse } = doorstep();
    for (let second = 0; second < 100; second += 1) {
      refuse(FLOODER, 100);
      expect(step.admits(FLOODER)).toBe(true);
      clock.advance(1_000);
    }
  });

  it("who goes on coming keeps the door shut; who tries now and then does not", () => {
    const { clock, step, refuse } = doorstep();
    refuse(FLOODER, BORNE + 1);
    for (let tenth = 0; tenth < 100; tenth += 1) {
      for (let time = 0; time < 50; time += 1) expect(step.admits(FLOODER)).toBe(false);
      clock.advance(100);
    }
    const patient: boolean[] = [];
    for (let tenth = 0; tenth < 12; tenth += 1) {
      patient.push(step.admits(FLOODER));
      clock.advance(100);
    }
    expect(patient.indexOf(true)).toBeGreaterThan(7);
  });

  it("one of IPv6 stands for its network, and an IPv4 address is the same by both families", () => {
    const { step, refuse } = doorstep();
    refuse(from("2001:db8::1"), BORNE + 1);
    expect(step.admits(from("2001:db8::2"))).toBe(false);
    expect(step.admits(from("2001:db8:0:1::1"))).toBe(true);
    refuse(from("::ffff:192.0.2.1"), BORNE + 1);
    expect(step.admits(FLOODER)).toBe(false);
  });

  it("behind a proxy that is trusted, and where addresses say nothing, the door is open", () => {
    const { step, refuse } = doorstep();
    refuse(from("10.1.2.3"), 10 * BORNE);
    expect(step.admits(from("10.1.2.3"))).toBe(true);
    const unknown = doorstep(false);
    unknown.refuse(FLOODER, 10 * BORNE);
    expect(unknown.step.admits(FLOODER)).toBe(true);
  });
});
