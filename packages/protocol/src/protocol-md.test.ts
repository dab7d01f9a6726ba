import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { CLOSE_CODES, isFinalClose } from "./close-codes.ts";
import { decodeDown, decodeUp } from "./codec.ts";
import type { EventOptions } from "./contract.ts";
import { downSchemas } from "./down.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { events } from "./events.ts";
import { RESERVED_EVENTS } from "./ids.ts";
import * as limits from "./limits.ts";
import { GAP_REASONS } from "./messages/gap.ts";
import { LEFT_REASONS } from "./messages/leave.ts";
import { upSchemas } from "./up.ts";

const text = readFileSync(new URL("../../../PROTOCOL.md", import.meta.url), "utf8");

/** The rows of the one table with this first line; `code` marks are taken off. */
function table(header: string): string[][] {
  const lines = text.split("\n");
  const from = lines.indexOf(header);
  expect(lines.filter((line) => line === header)).toHaveLength(1);
  const rows = lines.slice(from + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith("|")),
    )
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}

/** As the headings of the messages say; a heading may name several. */
function directionsOf(type: string): string[] {
  const headings = text.split("\n").filter((line) => line.startsWith("### "));
  const named = headings.flatMap((heading) => [...heading.matchAll(/(\w+) ([↑↓])/g)]);
  return named.filter(([, name]) => name === type).map(([, , arrow]) => arrow!);
}

function shapesOf(type: string): string[] {
  const blocks = [...text.matchAll(/^```\n(\{type:.*?)\n```/gms)].flatMap(([, block]) =>
    block!.split(/\n(?=\{type:)/),
  );
  return blocks.filter((block) => block.startsWith(`{type:"${type}"`));
}

describe("PROTOCOL.md and the source say the same", () => {
  test("P-ERR-2 error codes", () => {
    const source = Object.entries(ERROR_CODES).map(([code, { status, retry, meaning }]) => [
      code,
      String(status),
      retry,
      meaning,
    ]);
    expect(table("| code | HTTP | retry | meaning |")).toEqual(source);
  });

  test("P-CLOSE-1 close codes, and after which a client stops", () => {
    const rows = table("| code | name | meaning | the client |");
    const source = Object.entries(CLOSE_CODES).map(([name, { code, meaning }]) => [
      String(code),
      name,
      meaning,
    ]);
    expect(rows.map((row) => row.slice(0, 3))).toEqual(source);
    const stops = rows.filter(([, , , then]) => then!.startsWith("stops")).map(([code]) => Number(code));
    expect(
      Object.values(CLOSE_CODES)
        .map(({ code }) => code)
        .filter(isFinalClose),
    ).toEqual(stops);
  });

  test("limits", () => {
    const rows = table("| limit | value | constant |").map(([, value, constant]) => [
      constant,
      Number(value),
    ]);
    expect(rows).toEqual(
      Object.entries(limits)
        .map(([constant, value]) => [constant, value])
        .sort(byOrderOf(rows)),
    );
  });

  test("P-NAME-3 reserved names", () => {
    const [, rule = ""] = /\*\*P-NAME-3\*\*(.*?)- \*\*/s.exec(text) ?? [];
    const names = [...rule.matchAll(/`([a-zA-Z_]+)`/g)]
      .map(([, name]) => name)
      .filter((name) => name !== "reserved_event");
    expect(names).toEqual([...RESERVED_EVENTS]);
  });

  test("reasons", () => {
    const left = table("| reason | why somebody is no longer in a room |").map(([reason]) => reason);
    expect(left).toEqual([...LEFT_REASONS]);
    const gap = table(
      "| reason | what happened | from … to | what follows |".replace("from … to", "`from` … `to`"),
    );
    expect([...new Set(gap.map(([reason]) => reason))].sort()).toEqual([...GAP_REASONS].sort());
  });

  test("P-EVENT-4 the bundled contract", () => {
    const rows = table("| event | data | kept |").map(([event, , kept]) => [event, kept === "yes"]);
    const source = Object.entries<EventOptions>(events.events).map(([event, { kept }]) => [
      event,
      kept ?? true,
    ]);
    expect(rows).toEqual(source);
  });

  test.each([
    ...upSchemas.map(({ entries }) => ({
      type: entries.type.literal,
      direction: "↑",
      fields: Object.keys(entries),
    })),
    ...downSchemas.map(({ entries }) => ({
      type: entries.type.literal,
      direction: "↓",
      fields: Object.keys(entries),
    })),
  ])("$type $direction is shown with all its fields", ({ type, direction, fields }) => {
    expect(directionsOf(type)).toContain(direction);
    const named = (shape: string): string[] =>
      fields.filter((field) => new RegExp(`\\b${field}\\b`).test(shape));
    expect(shapesOf(type).map(named)).toContainEqual(fields);
  });

  test("what is said in the walk-throughs is taken as it stands, as far as nothing of it is left out", () => {
    const [, walks = ""] = text.split("## Walk-throughs");
    const said = [...walks.matchAll(/^([↑↓]) (\{.*(?:\n {3}.*)*)$/gm)].map(([, way, frame]) => ({
      way,
      frame: frame!,
    }));
    const whole = said.filter(({ frame }) => !frame.replaceAll(/"[^"]*"/g, "").includes("…"));
    expect(new Set(whole.map(({ way }) => way))).toEqual(new Set(["↑", "↓"]));
    for (const { way, frame } of whole) {
      expect((way === "↑" ? decodeUp : decodeDown)(frame), frame).toMatchObject({ ok: true });
    }
  });

  test("each rule has an id of its own", () => {
    const ids = [...text.matchAll(/^- \*\*(P-[A-Z]+-\d+)\*\* /gm)].map(([, id]) => id!);
    expect(ids.length).toBeGreaterThan(80);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const areas = Map.groupBy(ids, (id) => id.slice(0, id.lastIndexOf("-")));
    for (const [area, own] of areas) expect(own).toEqual(own.map((_, index) => `${area}-${index + 1}`));
  });
});

/** Tables may be ordered for reading; a row that is missing or new still shows. */
function byOrderOf(
  rows: readonly (readonly unknown[])[],
): (a: readonly unknown[], b: readonly unknown[]) => number {
  const order = rows.map(([key]) => key);
  return ([a], [b]) => order.indexOf(a) - order.indexOf(b);
}
