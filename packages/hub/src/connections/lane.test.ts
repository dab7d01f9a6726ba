import { describe, expect, test } from "vitest";

import { Lane } from "./lane.ts";

describe("lane", () => {
  test("R-ONE-AT-A-TIME: what comes behind something slow waits, also when it would be quick, and keeps its order", async () => {
    const done: string[] = [];
    const open = new Map<string, () => void>();
    const lane = new Lane<string>({
      handle(item) {
        if (!item.startsWith("slow")) {
          done.push(item);
          return;
        }
        return new Promise((resolve) =>
          open.set(item, () => {
            done.push(item);
            resolve();
          }),
        );
      },
    });
    for (const item of ["a", "slow1", "b", "slow2", "c"]) lane.take(item);
    expect(done).toEqual(["a"]);
    expect(lane.length).toBe(3);
    open.get("slow1")!();
    await Promise.resolve().then(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual(["a", "slow1", "b"]);
    open.get("slow2")!();
    await new Promise((resolve) => setImmediate(resolve));
    lane.take("d");
    expect(done).toEqual(["a", "slow1", "b", "slow2", "c", "d"]);
  });

  test("R-ONE-AT-A-TIME: what is handed in from within waits for what it came from", async () => {
    const done: string[] = [];
    const lane = new Lane<string>({
      handle(item) {
        if (item === "outer") lane.take("inner");
        done.push(item);
      },
    });
    lane.take("outer");
    lane.take("next");
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual(["outer", "inner", "next"]);
  });

  test("R-ONE-AT-A-TIME: what is cleared is never handled", async () => {
    const done: string[] = [];
    let finish = (): void => undefined;
    const lane = new Lane<string>({
      handle(item) {
        done.push(item);
        return item === "slow" ? new Promise((resolve) => (finish = resolve)) : undefined;
      },
    });
    for (const item of ["slow", "a", "b"]) lane.take(item);
    lane.clear();
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual(["slow"]);
    expect(lane.length).toBe(0);
  });
});
