/** Who may hear a room and not see what was said before: nothing of it by any way in, and word of what is missing. */
import { refusal } from "@roomcast/protocol";
import { expect, test } from "vitest";

import { type Client, only, type Stage, stage, valueOf } from "../../test/stage.ts";
import { GUEST } from "../access/identity.ts";
import { OPEN_DOOR, type Policy } from "../ports/policy.ts";
import { FakeConnection, textFormat } from "../testing/fake-connection.ts";
import { cursorText } from "./cursor.ts";

const UNSEEN: Policy = {
  ...OPEN_DOOR,
  authorise: (_, { kind }) => (kind === "history" ? refusal("forbidden") : undefined),
};
const IN_SEQUENCE = { ...textFormat, inSequence: true } as const;

const say = async (s: Stage, ...texts: string[]): Promise<void> => {
  for (const text of texts) valueOf(await s.hub.publish({ room: "r", event: "message", data: { text } }));
  await s.settle();
};

const joining = async (client: Client, since?: object): Promise<object> => {
  const answer = await client.ask({ type: "join", id: "j", room: "r", ...(since && { since }) });
  return only(answer, "joined")[0]!;
};

test("P-MAY-3: a newcomer gets what comes, and nothing of what was", async () => {
  const s = stage({ policy: UNSEEN });
  await say(s, "1", "2");
  const client = await s.enter([]);
  const joined = await joining(client);
  expect(joined).toMatchObject({ position: { offset: 2 }, recovered: false, events: [] });
  expect(joined).not.toHaveProperty("gap");
  await say(s, "3");
  expect(client.take()).toMatchObject([{ type: "event", offset: 3 }]);
});

test("P-MAY-3: who comes back is told what it missed, and cannot get it by a position of its own making", async () => {
  const s = stage({ policy: UNSEEN });
  await say(s, "1", "2", "3");
  const client = await s.enter([]);
  const { epoch } = valueOf(await s.hub.history(null, "r")).position;
  const forbidden = { recovered: false, events: [], gap: { reason: "forbidden", position: { offset: 3 } } };
  expect(await joining(client, { epoch, offset: 0 })).toMatchObject({
    ...forbidden,
    gap: { from: 1, to: 3 },
  });
  expect(await joining(client, { epoch: "other", offset: 1 })).toMatchObject({
    ...forbidden,
    gap: { from: null, to: null },
  });
  expect(await joining(client, { epoch, offset: 9 })).toMatchObject({ ...forbidden, gap: { from: null } });
  const whole = await joining(client, { epoch, offset: 3 });
  expect(whole).toMatchObject({ recovered: true, events: [] });
  expect(whole).not.toHaveProperty("gap");
});

test("P-MAY-3: nor by the cursor of all its rooms", async () => {
  const s = stage({ policy: UNSEEN });
  await say(s, "1");
  const first = s.connect(IN_SEQUENCE);
  const { resume } = await first.hello({ join: [{ room: "r" }] });
  const at = (sequence: number): string => cursorText(s.log.generation, { sequence });
  const cursor = at(s.log.sequence);
  await first.end();
  const quiet = s.connect(IN_SEQUENCE, cursor);
  await quiet.hello({ resume });
  expect(quiet.take()).toMatchObject([{ type: "welcome" }, { type: "joined", recovered: true, events: [] }]);
  await quiet.end();
  await say(s, "2", "3");
  const late = s.connect(IN_SEQUENCE, cursor);
  await late.hello({ resume });
  expect(late.take().slice(1)).toMatchObject([
    { type: "gap", reason: "forbidden", from: null, to: 3 },
    { type: "joined", recovered: false, events: [] },
  ]);
  await say(s, "4");
  expect(late.take()).toMatchObject([{ type: "event", offset: 4 }]);
});

test("P-MAY-3: nor as a reader", async () => {
  const s = stage({ policy: UNSEEN });
  await say(s, "1");
  const { epoch } = valueOf(await s.hub.history(null, "r")).position;
  const connection = new FakeConnection();
  const reader = valueOf(await s.listen(GUEST, { room: "r", since: { epoch, offset: 0 } }, connection));
  await say(s, "2");
  expect(connection.messages).toMatchObject([
    { type: "joined", events: [], gap: { reason: "forbidden", from: 1, to: 1 } },
    { type: "event", offset: 2 },
  ]);
  reader.ended(1006, "");
});

test("P-MAY-3 R-READER-PACE: nor as a reader from the page on before which the right was lost", async () => {
  let sees = true;
  const authorise: Policy["authorise"] = (_, { kind }) =>
    kind === "history" && !sees ? refusal("forbidden") : undefined;
  const s = stage({ policy: { ...OPEN_DOOR, authorise } });
  await say(s, ...Array.from({ length: 700 }, (_, index) => String(index)));
  const { epoch } = valueOf(await s.hub.history(null, "r")).position;
  const connection = new FakeConnection();
  connection.bufferedBytes = 700_000;
  const reader = valueOf(await s.listen(GUEST, { room: "r", since: { epoch, offset: 0 } }, connection));
  sees = false;
  connection.bufferedBytes = 0;
  for (let turn = 0; turn < 4; turn += 1) await s.pass(50);
  expect(connection.messages).toMatchObject([
    { type: "joined", more: true },
    { type: "joined", events: [], gap: { reason: "forbidden", from: 301, to: 700 } },
  ]);
  reader.ended(1006, "");
});

test("R-FORBIDDEN P-JOIN-7: a state that comes with a join is asked for as any other, and left out where it may not be told", async () => {
  const authorise: Policy["authorise"] = (_, { kind }) =>
    kind === "presence" ? refusal("forbidden") : undefined;
  const s = stage({ policy: { ...OPEN_DOOR, authorise } });
  const client = await s.enter([]);
  for (const id of ["a", "b"])
    expect(await client.ask({ type: "join", id, room: "r", state: { mood: "loud" } })).toMatchObject([
      { type: "joined", id, members: [{ clientId: client.id, state: {} }] },
    ]);
});

test("R-FORBIDDEN: a page that may not be seen any more when the log has it is not given out", async () => {
  let closed = false;
  const authorise: Policy["authorise"] = () => (closed ? refusal("forbidden") : undefined);
  const s = stage({ policy: { ...OPEN_DOOR, authorise } });
  await say(s, "1");
  const read = s.log.read.bind(s.log);
  s.log.read = async (...asked) => {
    const page = await read(...asked);
    closed = true;
    return page;
  };
  expect(await s.hub.history({ user: "ada" }, "r")).toMatchObject({ error: { code: "forbidden" } });
});

test("P-MAY-2 T19: who may not enter a room makes nobody look for it, whether it is there or not", async () => {
  const authorise: Policy["authorise"] = (_, { room }) =>
    room === "open" ? undefined : refusal("forbidden");
  const s = stage({ policy: { ...OPEN_DOOR, authorise } });
  await say(s, "1");
  let looks = 0;
  const read = s.log.read.bind(s.log);
  s.log.read = (...asked) => {
    looks += 1;
    return read(...asked);
  };
  const client = await s.enter([]);
  for (const room of ["r", "nowhere"]) {
    await client.ask({ type: "join", id: room, room, since: { epoch: "e", offset: 1 } });
    await s.hub.history({ user: "ada" }, room);
    await s.hub.members({ user: "ada" }, room);
    await s.listen({ user: "ada" }, { room }, new FakeConnection());
    await s.hub.submit({ identity: { user: "ada" }, room, event: "message", data: { text: "x" } });
  }
  expect([looks, s.hub.counts().rooms]).toEqual([0, 0]);
});
