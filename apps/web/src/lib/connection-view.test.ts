import type { Status } from "@roomcast/client";
import { describe, expect, it } from "vitest";

import { en } from "../texts/en.ts";
import { connectionView, patienceMs, secondsUntil } from "./connection-view.ts";

const reason = { cause: "closed", code: 1006, message: "" } as const;
const connected = { state: "connected", transport: "ws", checking: false, draining: false } as const;
const waiting = { state: "reconnecting", attempt: 2, retryAt: 5_000, reason } as const;
const trying = { state: "reconnecting", attempt: 2, retryAt: null, reason } as const;
const ended = { state: "disconnected", reason, final: false } as const;

describe("D2 the dot", () => {
  it.each<[string, Status, string, string, string]>([
    ["is green only on a live socket", connected, "open", "Connected", "Disconnect"],
    [
      "is not green while the socket is in doubt",
      { ...connected, checking: true },
      "opening",
      "Checking…",
      "Disconnect",
    ],
    ["is amber while a socket opens", { state: "connecting" }, "opening", "Connecting…", "Disconnect"],
    ["is amber while one opens again", trying, "opening", "Reconnecting…", "Disconnect"],
    ["is red while it waits without a socket", waiting, "closed", "Disconnected", "Connect"],
    ["is red after the end", ended, "closed", "Disconnected", "Connect"],
  ])("%s", (_, status, tone, word, action) => {
    const view = connectionView(status);
    expect(view.tone).toBe(tone);
    expect([en.connection[view.word], en.connection[view.action]]).toEqual([word, action]);
  });

  it("turns red and green at once, and does not flicker in between", () => {
    expect(patienceMs(connected, waiting)).toBe(0);
    expect(patienceMs(waiting, connected)).toBe(0);
    expect(patienceMs(connected, ended)).toBe(0);
    expect(patienceMs(waiting, trying)).toBeGreaterThan(0);
    expect(patienceMs(connected, { ...connected, checking: true })).toBeGreaterThan(0);
  });

  it("counts down in whole seconds", () => {
    expect(secondsUntil(5_000, 2_500)).toBe(3);
    expect(secondsUntil(5_000, 5_100)).toBe(1);
  });
});
