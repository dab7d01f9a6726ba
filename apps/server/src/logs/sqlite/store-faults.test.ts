import { append, appendAll, draftOf, read, RefusedError, SUITE_TIME } from "@roomcast/hub/testing";
import { describe, expect, test } from "vitest";

import { openStore, temporaryFolder } from "../../../test/sqlite-stores.ts";
import { FlushGate } from "./writer/flush-gate.ts";
import { faultOf } from "./writer/sqlite-fault.ts";

const codesOf = async (all: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(all)).map((one) =>
    one.status === "fulfilled" ? "ok" : (one.reason as RefusedError).refusal.code,
  );

describe("L-FAULT", () => {
  test.each([
    [13, { kind: "store", failure: "storage_full" }],
    [5, { kind: "store", failure: "storage_unavailable" }],
    [8, { kind: "store", failure: "storage_unavailable" }],
    [11, { kind: "store", failure: "storage_unavailable" }],
    // SQLITE_IOERR_WRITE: a quota or a limit of file size.
    [778, { kind: "store", failure: "storage_unavailable" }],
    [1555, { kind: "own" }],
    [18, { kind: "own" }],
    // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC.
    [1034, { kind: "flush" }],
    [1290, { kind: "flush" }],
  ])("result code %i", (errcode, fault) => {
    expect(faultOf(Object.assign(new Error("told by SQLite"), { errcode }))).toEqual(fault);
  });

  test("a flush of the server's own that failed is one too", () => {
    expect(faultOf(Object.assign(new Error("EIO"), { code: "EIO", syscall: "fsync" }))).toEqual({
      kind: "flush",
    });
  });

  test("an error that did not come from SQLite is a bug, and is thrown on", () => {
    expect(() => faultOf(new RangeError("a bug"))).toThrow("a bug");
  });

  test("of a group whose commit fails nothing is kept, and a later one finds its place", async () => {
    const gate = new FlushGate();
    const { log } = await openStore({ gate });
    await append(log, draftOf("general", "a"));
    gate.failNext(778);
    expect(await codesOf(["b", "c"].map((id) => append(log, draftOf("general", id))))).toEqual([
      ...["storage_unavailable", "storage_unavailable"],
    ]);
    expect(await append(log, draftOf("general", "d"))).toMatchObject({ position: { offset: 2 } });
    const { events } = await read(log, "general", { after: 0, limit: 9 });
    expect(events.map(({ id }) => id)).toEqual(["a", "d"]);
  });

  test("an event that cannot be stored takes those behind it in its room along, and nobody else", async () => {
    const { log } = await openStore();
    const bad = draftOf("bad", "not a time", { time: 1.5 });
    const outcomes = await codesOf([
      append(log, draftOf("good", "a")),
      append(log, draftOf("bad", "before")),
      append(log, bad),
      append(log, draftOf("bad", "behind")),
      append(log, draftOf("good", "b")),
      append(log, draftOf("new", "a", { time: NaN })),
    ]);
    expect(outcomes).toEqual(["ok", "ok", "internal", "internal", "ok", "internal"]);
    expect(await append(log, draftOf("bad", "behind"))).toMatchObject({ position: { offset: 2 } });
    expect(await append(log, draftOf("new", "a"))).toMatchObject({ position: { offset: 1 } });
    expect((await read(log, "good", { limit: 9 })).events.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("a session that cannot be stored is refused alone", async () => {
    const { sessions, log } = await openStore();
    const session = { clientId: "c", user: null, name: "", rooms: [], usedSecret: "u", nextSecret: "n" };
    const appended = append(log, draftOf("general", "a"));
    const bad = sessions.save({ ...session, endedAt: 0.5 });
    const good = sessions.save({ ...session, clientId: "d", endedAt: SUITE_TIME });
    expect([(await bad).ok, (await good).ok]).toEqual([false, true]);
    expect(await appended).toMatchObject({ position: { offset: 1 } });
    expect(await sessions.find("c")).toBeUndefined();
    expect(await sessions.find("d")).toMatchObject({ clientId: "d" });
  });
});

describe("L-FATAL", () => {
  test("a failed flush: the outcome is unknown, nothing more is taken, and the process is told to end", async () => {
    const gate = new FlushGate();
    const sentences: string[] = [];
    const dataDir = temporaryFolder();
    const store = await openStore({ dataDir, gate, onFatal: (sentence) => sentences.push(sentence) });
    const { log, sessions } = store;
    await appendAll(log, [draftOf("general", "a"), draftOf("general", "b")]);
    const { arrivals } = gate;
    gate.shut();
    const unknown = append(log, draftOf("general", "c"));
    await gate.arrived(arrivals);
    const waiting = append(log, draftOf("general", "d"));
    gate.failNext(1034);
    gate.open();
    expect(await codesOf([unknown, waiting])).toEqual(["internal", "storage_unavailable"]);
    expect(sentences).toEqual([expect.stringContaining("did not take a flush")]);
    expect(await codesOf([append(log, draftOf("general", "e")), read(log, "general", { limit: 1 })])).toEqual(
      [...["storage_unavailable", "storage_unavailable"]],
    );
    expect(await sessions.find("c")).toBeUndefined();
    await store.close();
    expect(sentences).toHaveLength(1);

    // What had been acked is there; whether the third is, nobody had said.
    const again = await openStore({ dataDir });
    const { events } = await read(again.log, "general", { after: 0, limit: 9 });
    expect(events.slice(0, 2).map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("a writer that dies of a bug: the same", async () => {
    const sentences: string[] = [];
    // Too small a memory: the writer throws at its first commit, and not as SQLite does.
    const gate = Object.defineProperty(new FlushGate(), "memory", { value: new SharedArrayBuffer(4) });
    const { log } = await openStore({ gate, onFatal: (sentence) => sentences.push(sentence) });
    expect(await codesOf([append(log, draftOf("general", "a"))])).toEqual(["internal"]);
    expect(sentences).toEqual([expect.stringMatching(/^the writer of the store failed: RangeError/)]);
  });
});
