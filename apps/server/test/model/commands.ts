/** Owns what can be done to a system, and what the model says must come of it. */
import type { EventMessage, Joined } from "@roomcast/protocol";
import fc from "fast-check";
import { expect } from "vitest";

import type { MemberModel, Model, Named } from "./model.ts";
import type { System } from "./system.ts";

type Command = fc.AsyncCommand<Model, System>;

const DEFAULT_HISTORY = 50;
const BURST = 15;
const MAX_READ_AFTER = 60;
/** No page is full: what a room holds in a run fits in one. */
const MAX_COMMANDS = 60;

const nameOf = ({ from, id }: EventMessage): Named => ({ user: from.user, id });
const textOf = (id: string): { text: string } => ({ text: id });

/** All who are there are told, each in its turn. */
async function expectTold(model: Model, system: System, room: string, name: Named): Promise<void> {
  for (const present of model.present(room)) await expectEvent(model, system, present, room, name);
}

async function expectEvent(
  model: Model,
  system: System,
  member: string,
  room: string,
  name: Named,
): Promise<void> {
  const event = await system.line(member).next("event");
  expect({ room: event.room, offset: event.offset, ...nameOf(event) }).toEqual({
    ...{ room, offset: model.room(room).top },
    ...name,
  });
  advance(model.member(member), room, model.room(room).top);
}

function advance(member: MemberModel, room: string, offset: number): void {
  const bookmark = member.bookmarks.get(room);
  if (bookmark !== undefined) member.bookmarks.set(room, { ...bookmark, offset });
}

/** The table of "Join and resume". */
function expectJoined(model: Model, member: MemberModel, room: string, joined: Joined): void {
  const since = member.bookmarks.get(room);
  const { position, events, recovered, gap } = joined;
  const target = model.room(room);
  target.isIn(position.epoch);
  const { top } = target;
  expect(joined).toMatchObject({ room, position: { offset: top } });
  expect(joined.more).toBeUndefined();
  const first = (events[0]?.offset ?? top + 1) - 1;
  if (since === undefined) {
    expect(gap).toBeUndefined();
    expect(recovered).toBe(false);
    expect(first).toBeGreaterThanOrEqual(Math.max(0, top - DEFAULT_HISTORY));
    if (first > top - DEFAULT_HISTORY) target.hasFloor(first);
  } else if (since.epoch !== position.epoch) {
    expect(gap).toMatchObject({ reason: "recreated", from: null, to: null });
    target.hasFloor(first);
  } else if (gap === undefined) {
    expect({ recovered, first }).toEqual({ recovered: true, first: since.offset });
  } else {
    expect(gap).toMatchObject({ reason: "trimmed", from: since.offset + 1, to: first });
    expect(first).toBeGreaterThan(since.offset);
    target.hasFloor(first);
  }
  expect(events.map(nameOf)).toEqual(target.events.slice(first));
  member.rooms.add(room);
  member.bookmarks.set(room, position);
}

const command = (
  text: string,
  check: (model: Model) => boolean,
  run: (model: Model, system: System) => Promise<void>,
): Command => ({ check, run, toString: () => text });

const connect = (name: string): Command =>
  command(
    `connect ${name}`,
    (model) => !model.member(name).online,
    async (model, system) => {
      const member = model.member(name);
      const line = system.connect(name);
      const { resume, rooms, bookmarks } = member;
      const join = [...rooms].map((room) => ({ room, since: bookmarks.get(room) }));
      line.say({ type: "hello", protocol: 1, ...(resume !== undefined && { resume }), join });
      const welcome = await line.next("welcome");
      expect(welcome.resumed).toBe(resume !== undefined);
      if (resume !== undefined) expect(welcome.user).toBe(member.user);
      Object.assign(member, { user: welcome.user, resume: welcome.resume, online: true });
      for (const { room } of join) expectJoined(model, member, room, await line.next("joined"));
    },
  );

const disconnect = (name: string): Command =>
  command(
    `disconnect ${name}`,
    (model) => model.member(name).online,
    async (model, system) => {
      system.line(name).end();
      model.member(name).online = false;
    },
  );

const join = (name: string, room: string, since: boolean): Command =>
  command(
    `join ${name} ${room}${since ? " since" : ""}`,
    (model) => model.member(name).online,
    async (model, system) => {
      const member = model.member(name);
      if (!since) member.bookmarks.delete(room);
      const id = system.newId();
      const line = system.line(name);
      line.say({ type: "join", id, room, ...(since && { since: member.bookmarks.get(room) }) });
      const joined = await line.next("joined");
      expect(joined.id).toBe(id);
      expectJoined(model, member, room, joined);
    },
  );

const leave = (name: string, room: string): Command =>
  command(
    `leave ${name} ${room}`,
    (model) => model.member(name).online,
    async (model, system) => {
      const { rooms } = model.member(name);
      const line = system.line(name);
      line.say({ type: "leave", id: system.newId(), room });
      if (rooms.delete(room)) expect(await line.next("left")).toMatchObject({ room, reason: "left" });
      else expect(await line.next("error")).toMatchObject({ code: "not_joined" });
    },
  );

const publish = (member: string, room: string, id: string): Command =>
  command(
    `publish ${member} ${room} ${id}`,
    (model) => model.member(member).online,
    async (model, system) => {
      const { user, rooms } = model.member(member);
      const line = system.line(member);
      const name = { user, id };
      const target = model.room(room);
      const known = target.placeOf(name);
      line.say({ type: "publish", id, room, event: "message", data: textOf(id) });
      if (!rooms.has(room)) {
        expect(await line.next("error")).toMatchObject({ id, code: "not_joined" });
        return;
      }
      if (known === undefined) {
        target.add(name, model.member(member).bookmarks.get(room)?.epoch ?? "");
        await expectTold(model, system, room, name);
      }
      const ack = await line.next("ack");
      expect(ack).toMatchObject({ id, position: known ?? target.placeOf(name) });
      expect(ack.duplicate).toBe(known === undefined ? undefined : true);
    },
  );

/** So many that a log has to trim. */
const burst = (room: string): Command =>
  command(
    `burst ${room}`,
    () => true,
    async (model, system) => {
      const ids = Array.from({ length: BURST }, () => system.newId());
      const settled = await Promise.all(
        ids.map((id) => system.hub.publish({ room, event: "message", data: textOf(id), id })),
      );
      for (const [index, id] of ids.entries()) {
        const receipt = settled[index];
        const position = receipt?.ok === true ? receipt.value.position : undefined;
        const name = { user: "server", id };
        model.room(room).add(name, position?.epoch ?? "");
        expect(position).toEqual(model.room(room).placeOf(name));
        await expectTold(model, system, room, name);
      }
    },
  );

const remove = (room: string): Command =>
  command(
    `delete ${room}`,
    () => true,
    async (model, system) => {
      const removed = await system.hub.deleteRoom(room);
      if (!removed.ok) throw new Error(removed.error.message);
      const { position } = removed.value;
      expect(position.offset).toBe(0);
      model.room(room).remove(position.epoch);
      for (const present of model.present(room)) {
        expect(await system.line(present).next("gap")).toMatchObject({
          ...{ room, reason: "recreated", from: null, to: null },
          position,
        });
        model.member(present).bookmarks.set(room, position);
      }
    },
  );

const read = (room: string, after: number): Command =>
  command(
    `read ${room} after ${after}`,
    () => true,
    async (model, system) => {
      const page = await system.hub.history(null, room, { after, limit: 300 });
      if (!page.ok) throw new Error(page.error.message);
      const { events, position, more } = page.value;
      const target = model.room(room);
      target.isIn(position.epoch);
      expect([position.offset, more]).toEqual([target.top, false]);
      const first = (events[0]?.offset ?? target.top + 1) - 1;
      if (first > after) target.hasFloor(first);
      expect(events.map(nameOf)).toEqual(target.events.slice(Math.max(after, first)));
    },
  );

const restart = (after: "close" | "kill", survives: boolean): Command =>
  command(
    `restart after a ${after}`,
    () => true,
    async (model, system) => {
      await system.restart(after);
      model.restart(survives);
    },
  );

const rooms = fc.constantFrom("red", "__proto__");

export function commands(names: readonly string[], survives: boolean): fc.Arbitrary<Iterable<Command>> {
  const name = fc.constantFrom(...names);
  /** Each as often as its number says: who is never there sees nothing. */
  const kinds: readonly (readonly [number, fc.Arbitrary<Command>])[] = [
    [6, name.map(connect)],
    [2, name.map(disconnect)],
    [4, fc.tuple(name, rooms, fc.boolean()).map((asked) => join(...asked))],
    [1, fc.tuple(name, rooms).map((asked) => leave(...asked))],
    [6, fc.tuple(name, rooms, fc.constantFrom("x", "y", "z", "w")).map((asked) => publish(...asked))],
    [4, rooms.map(burst)],
    [1, rooms.map(remove)],
    [2, fc.tuple(rooms, fc.nat(MAX_READ_AFTER)).map((asked) => read(...asked))],
    [1, fc.constantFrom("close" as const, "kill" as const).map((after) => restart(after, survives))],
  ];
  const lots = kinds.flatMap(([weight, kind]) => Array.from({ length: weight }, () => kind));
  return fc.commands(lots, { maxCommands: MAX_COMMANDS, size: "max" });
}
