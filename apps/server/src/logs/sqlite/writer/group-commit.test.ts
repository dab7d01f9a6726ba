import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import { beforeEach, expect, onTestFinished, test } from "vitest";

import { temporaryFolder } from "../../../../test/sqlite-stores.ts";
import { openDatabase } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { tablesOf } from "./tables.ts";
import type { Answer, DraftCells, Group } from "./writer-messages.ts";

let database: DatabaseSync;
let groups: GroupCommit;

beforeEach(() => {
  const opened = openDatabase(join(temporaryFolder(), "roomcast.db"));
  if (!opened.ok) throw new Error(opened.error);
  database = opened.value;
  onTestFinished(() => database.close());
  groups = new GroupCommit(tablesOf(database, 1_000_000), undefined);
});

const commit = (group: Partial<Group>): Answer =>
  groups.run({ kind: "group", drafts: [], sessions: [], reads: [], finds: [], ...group });

const draftOf = (id: string, bytes: number): DraftCells => {
  const data = JSON.stringify("x".repeat(bytes));
  return ["general", "message", data, id, null, "u", "", 1];
};

const newest = (): unknown[] =>
  commit({
    reads: [{ room: "general", after: 0, beyond: undefined, before: undefined, limit: 99 }],
  }).pages[0]!.events.map(([offset, , , id]) => [offset, id]);

test("L-FULL: on a full disk nothing of the group is kept; when there is room again, it goes on", () => {
  commit({ drafts: [draftOf("a", 10)] });
  const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
  database.exec(`PRAGMA max_page_count = ${pages + 4}`);
  expect(commit({ drafts: [draftOf("b", 10), draftOf("c", 100_000)] })).toMatchObject({
    failure: "storage_full",
  });
  expect(newest()).toEqual([[1, "a"]]);
  // A small one still fits: nothing of the large group was left behind.
  expect(commit({ drafts: [draftOf("d", 10)] })).toMatchObject({ failure: undefined });
  database.exec(`PRAGMA max_page_count = ${pages + 1_000}`);
  expect(commit({ drafts: [draftOf("b", 10), draftOf("c", 100_000)] })).toMatchObject({ failure: undefined });
  expect(newest()).toEqual([
    [1, "a"],
    [2, "d"],
    [3, "b"],
    [4, "c"],
  ]);
});

test("L-FAULT: while the store cannot be written it can be read", () => {
  commit({ drafts: [draftOf("a", 10)] });
  database.exec("PRAGMA query_only = ON");
  const answer = commit({
    drafts: [draftOf("b", 10)],
    reads: [{ room: "general", after: 0, beyond: undefined, before: undefined, limit: 9 }],
  });
  expect(answer).toMatchObject({ failure: "storage_unavailable", pages: [{ top: 1 }] });
  database.exec("PRAGMA query_only = OFF");
  expect(commit({ drafts: [draftOf("b", 10)] })).toMatchObject({ failure: undefined });
  expect(newest()).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
});

test("L-READ: a group of reads alone begins no transaction", () => {
  database.exec("PRAGMA query_only = ON");
  expect(
    commit({ reads: [{ room: "new", after: undefined, beyond: undefined, before: undefined, limit: 1 }] }),
  ).toMatchObject({
    failure: undefined,
    pages: [{ incarnation: 1, floor: 0, top: 0, events: [], more: false }],
  });
});
