import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { append, draftOf, read } from "@roomcast/hub/testing";
import { expect, onTestFinished, test } from "vitest";

import { openStore } from "../../../../test/sqlite-stores.ts";
import { FlushGate } from "./flush-gate.ts";

test("L-COMMIT-FIRST: before its commit an event is neither heard nor acked nor read", async () => {
  const gate = new FlushGate();
  const { log, sessions } = await openStore({ gate });
  await append(log, draftOf("general", "before"));
  const calls: string[] = [];
  log.onAppended(({ id }) => calls.push(`heard ${id}`));

  const { arrivals } = gate;
  gate.shut();
  const acked = append(log, draftOf("general", "held")).then(() => calls.push("acked"));
  const session = {
    clientId: "c",
    user: null,
    name: "",
    rooms: [],
    usedSecret: "u",
    nextSecret: "n",
    endedAt: 1,
  };
  const saved = sessions.save(session).then(() => calls.push("saved"));
  await gate.arrived(arrivals);
  // Asked while the group stands before its commit, so it is read after it.
  const page = read(log, "general", { limit: 9 }).then(({ top }) => calls.push(`read ${top}`));
  await turnsOfTheLoop(100);
  expect(calls).toEqual([]);

  gate.open();
  await Promise.all([acked, saved, page]);
  // When a session is told to be saved is nobody's order but its own.
  expect(calls.filter((call) => call !== "saved")).toEqual(["heard held", "acked", "read 2"]);
  expect(calls).toContain("saved");
});

test("L-LOOP-FREE: while a flush takes its time, the event loop serves sockets", async () => {
  const gate = new FlushGate();
  const { log } = await openStore({ gate });
  const server = createServer((socket) => socket.on("data", (bytes) => socket.write(bytes))).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, "connect");

  const { arrivals } = gate;
  gate.shut();
  let acked = false;
  const ack = append(log, draftOf("general", "slow")).then(() => {
    acked = true;
  });
  await gate.arrived(arrivals);
  for (let pings = 0; pings < 20; pings++) {
    socket.write("ping");
    await once(socket, "data");
  }
  expect(acked).toBe(false);
  gate.open();
  await ack;
});

test("L-LOOP-FREE: a slow flush delays its ack, and nothing else", async () => {
  const gate = new FlushGate();
  const { log } = await openStore({ gate });
  gate.slowBy(10);
  const start = performance.now();
  let turns = 0;
  let acked = false;
  const ack = append(log, draftOf("general", "slow")).then(() => {
    acked = true;
  });
  const turn = (): void => {
    turns += 1;
    if (!acked) setImmediate(turn);
  };
  turn();
  await ack;
  expect(performance.now() - start).toBeGreaterThanOrEqual(10);
  expect(turns).toBeGreaterThan(1);
});

test("L-GROUP: what comes in during a flush is committed with one more", async () => {
  const gate = new FlushGate();
  const { log } = await openStore({ gate });
  const { arrivals } = gate;
  gate.shut();
  const first = append(log, draftOf("general", "first"));
  await gate.arrived(arrivals);
  const rest = Array.from({ length: 200 }, (_, index) =>
    append(log, draftOf(`room-${index % 7}`, `id-${index}`)),
  );
  gate.open();
  await Promise.all([first, ...rest]);
  expect(gate.arrivals).toBe(arrivals + 2);
});

test("L-REFUSED-TAIL: a group that fails takes what waits behind it along; then the store goes on", async () => {
  const gate = new FlushGate();
  const { log } = await openStore({ gate });
  const heard: string[] = [];
  log.onAppended(({ id }) => heard.push(id));
  const { arrivals } = gate;
  gate.shut();
  const first = append(log, draftOf("general", "first"));
  await gate.arrived(arrivals);
  const second = append(log, draftOf("general", "second"));
  const elsewhere = append(log, draftOf("other", "third"));
  gate.failNext(13);
  gate.open();
  for (const refused of [first, second, elsewhere]) await expect(refused).rejects.toThrow("storage_full");
  expect(await append(log, draftOf("general", "first"))).toMatchObject({
    position: { offset: 1 },
    duplicate: false,
  });
  expect(heard).toEqual(["first"]);
});

async function turnsOfTheLoop(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
