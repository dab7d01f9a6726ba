import type { TelemetryEvent } from "@roomcast/hub";
import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";

import { LogTelemetry } from "./log-telemetry.ts";

const ADA = { clientId: "c1", user: "guest:c1", name: "Ada", remote: "127.0.0.1", transport: "ws" };

describe("the log of who came and went", () => {
  let lines: Record<string, unknown>[];
  let raw: string;
  let telemetry: LogTelemetry;
  beforeEach(() => {
    lines = [];
    raw = "";
    const stream = {
      write: (line: string) => {
        raw += line;
        lines.push(JSON.parse(line) as Record<string, unknown>);
      },
    };
    telemetry = new LogTelemetry(pino({ base: null, timestamp: false }, stream));
  });

  it("A2 A4: a client that comes is named", () => {
    telemetry.record({ kind: "client_connected", client: ADA, resumed: true });
    expect(lines).toEqual([{ level: 30, ...ADA, resumed: true, msg: "client connected" }]);
  });

  it("A2 A4 A11: a client that goes is named, with code, reason, who ended it and how long it was there", () => {
    const end = { code: 4506, reason: "kicked", by: "server" as const, connectedMs: 1234.56 };
    telemetry.record({ kind: "client_closed", client: ADA, ...end });
    expect(lines).toEqual([{ level: 30, ...ADA, ...end, connectedMs: 1235, msg: "client closed" }]);
  });

  it("A2: a socket that never said hello is told of by its address", () => {
    telemetry.record({
      kind: "stranger_closed",
      remote: "203.0.113.9",
      transport: "ws",
      code: 4408,
      reason: "no hello",
    });
    expect(lines).toEqual([
      {
        level: 30,
        remote: "203.0.113.9",
        transport: "ws",
        code: 4408,
        reason: "no hello",
        msg: "socket closed before hello",
      },
    ]);
  });

  it.each([
    ["a line break", "a\nb\r\u2028c", "a\\u{a}b\\u{d}\\u{2028}c"],
    ["a terminal's escape", "\u001b[2J\u009b", "\\u{1b}[2J\\u{9b}"],
    ["letters from right to left", "\u202eevil", "\\u{202e}evil"],
    ["half a pair", "\ud83d", "\\u{d83d}"],
    ["a novel", "x".repeat(5000), `${"x".repeat(199)}…`],
  ])("T25: %s in a name or a reason stays one short line", (_, text, shown) => {
    const client = { ...ADA, name: text, user: text };
    telemetry.record({
      kind: "client_closed",
      client,
      code: 1000,
      reason: text,
      by: "client",
      connectedMs: 0,
    });
    expect(lines[0]).toMatchObject({ name: shown, user: shown, reason: shown });
    expect(raw.trimEnd().split("\n")).toHaveLength(1);
  });

  it("W-11: what happens often is for debugging, and not in the log by default", () => {
    const often: TelemetryEvent[] = [
      { kind: "room_joined", room: "r", clientId: "c1", count: 1 },
      { kind: "room_left", room: "r", clientId: "c1", count: 0, reason: "left" },
      { kind: "refused", clientId: "c1", request: "join", room: "r", code: "too_many" },
    ];
    for (const event of often) telemetry.record(event);
    expect(lines).toEqual([]);
  });

  it("T2: a fault tells what was thrown and where, and nothing that hangs on the error", () => {
    const error = Object.assign(new Error("it broke\nhere"), {
      token: "secret-token",
      request: { token: "secret-token" },
    });
    telemetry.record({ kind: "fault", where: "event handler", error });
    telemetry.record({ kind: "fault", where: "session store", error: { code: "storage_full" } });
    expect(lines[0]).toMatchObject({
      level: 50,
      where: "event handler",
      error: expect.stringContaining("Error: it broke\\u{a}here\n    at "),
    });
    expect(lines[1]).toMatchObject({
      where: "session store",
      error: expect.stringContaining("storage_full"),
    });
    expect(raw).not.toContain("secret-token");
  });
});
