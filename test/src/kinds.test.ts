/** Rows D16–D18 and the guarantees S1–S8: every kind of client in one room, and most of them on a network that cuts. */
import { checkHistory, type FinalLog, type Observation } from "@roomcast/hub/testing";
import type { EventMessage, Member, Position } from "@roomcast/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ChaosProxy, FAIR } from "../harness/chaos-proxy.ts";
import { type Address, addressOf, CHAT_EXAMPLES, isMissing } from "../harness/examples.ts";
import { type Kind, ProgramKind, sdkKind, streamKind } from "../harness/kinds.ts";
import { NO_RATES } from "../harness/no-rates.ts";
import { ServerProcess } from "../harness/server-process.ts";
import { until } from "../harness/until.ts";

const ROOM = "all-kinds";
const TEXTS = 200;
/** Said at once by each, so that the turns of all are mixed. */
const AT_ONCE = 10;
/** The first connections on the bad network end after so many bytes, wherever in a frame that is. */
const CUTS_AFTER_BYTES = [15_000, 40_000, 40_000];

/** Eight programs share a machine that may be busy. */
const PATIENCE_MS = 120_000;

interface Page {
  readonly events: readonly EventMessage[];
  readonly position: Position;
  readonly more: boolean;
}

const badNetwork = (port: number): Promise<ChaosProxy> =>
  ChaosProxy.open(port, (connection) => {
    const cutAfterBytes = CUTS_AFTER_BYTES[connection];
    return cutAfterBytes === undefined ? FAIR : { up: {}, down: { cutAfterBytes } };
  });

describe("every kind of client in one room", () => {
  const examples = CHAT_EXAMPLES.filter(({ printsOffsets = true }) => printsOffsets);
  let server: ServerProcess;

  beforeAll(async () => {
    server = await ServerProcess.start(NO_RATES);
    for (const example of examples) if (!isMissing(example)) await example.build?.();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const ask = async <Answer>(path: string): Promise<Answer> =>
    (await (await fetch(`${server.http}/v1/rooms/${ROOM}/${path}`)).json()) as Answer;

  /** As every kind can tell of it: by the sender's name and the text. */
  async function readLog(): Promise<FinalLog> {
    const events: { offset: number; sender: string; id: string }[] = [];
    for (;;) {
      const page = await ask<Page>(`events?limit=300&after=${events.length}`);
      for (const { offset = 0, from, data } of page.events)
        events.push({ offset, sender: from.name, id: (data as { text: string }).text });
      if (page.more) continue;
      const { epoch, offset: top } = page.position;
      return { room: ROOM, epoch, floor: 0, top, events };
    }
  }

  it.skipIf(examples.some(isMissing))(
    "S1 S2 S3 S4 S5 S6 S7 S8: each hears all that any has said, in one order, and nobody notices who was cut",
    async () => {
      await using stack = new AsyncDisposableStack();
      const networks: ChaosProxy[] = [];
      const throughBadNetwork = async (): Promise<Address> => {
        const network = stack.use(await badNetwork(server.port));
        networks.push(network);
        return addressOf(network.port);
      };
      const kinds: Kind[] = [
        sdkKind((await throughBadNetwork()).http, ROOM, "sdk"),
        streamKind((await throughBadNetwork()).http, ROOM, "stream"),
      ];
      for (const example of examples) {
        const at = example.resumes === true ? await throughBadNetwork() : server;
        kinds.push(new ProgramKind(example.name, example.start(at, ROOM, example.name)));
      }
      expect(kinds.length).toBeGreaterThanOrEqual(8);
      for (const kind of kinds) stack.use(kind);
      for (const kind of kinds) await kind.ready();
      await until("everybody is in", async () => {
        const { members } = await ask<{ members: readonly Member[] }>("members");
        return members.length === kinds.filter(({ member }) => member).length;
      });

      const { epoch } = await readLog();
      for (let said = 0; said < TEXTS; said += AT_ONCE) {
        for (const kind of kinds) {
          const numbers = Array.from({ length: AT_ONCE }, (_, index) => said + index);
          kind.say(...numbers.map((number) => `${kind.name} ${number}`));
        }
        const expected = kinds.length * (said + AT_ONCE);
        const what = (): string => `${expected} are heard: ${howFar(kinds)}`;
        await until(what, () => kinds.some(({ told }) => told.length >= expected));
      }
      const all = kinds.length * TEXTS;
      await until(
        () => `everybody has heard all ${all}: ${howFar(kinds)}`,
        () => kinds.every(({ told }) => told.length >= all),
      );

      const observations = kinds.flatMap((kind) => observationsOf(kind, epoch));
      const log = await readLog();
      expect(log.top).toBe(all);
      expect(checkHistory({ observations, logs: [log] })).toEqual([]);
      for (const { connections } of networks) expect(connections).toBeGreaterThan(CUTS_AFTER_BYTES.length);
    },
    PATIENCE_MS,
  );

  it.skipIf(process.env["ROOMCAST_PYTHON"] === undefined)(
    "D17 S1: who is cut off while what it says cannot get out says all of it on its next socket",
    async () => {
      // More than the system takes over from a program whose peer reads nothing: it is still about to send.
      const texts = Array.from({ length: 1_500 }, (_, number) => `${number} ${"x".repeat(3_500)}`);
      const up = { stallAfterBytes: 20_000, stallMs: 1_000, cutAfterBytes: 20_001 };
      await using network = await ChaosProxy.open(server.port, (connection) =>
        connection === 0 ? { up, down: {} } : FAIR,
      );
      const python = examples.find(({ needs, resumes }) => needs === "ROOMCAST_PYTHON" && resumes);
      await using program = python!.start(addressOf(network.port), "cut-short", "Py");
      program.type("here");
      await program.prints("1 Py: here");
      program.type(...texts);
      await until(
        () => `${texts.length} come back: ${program.lines.length}\n${program.complaints}`,
        () => program.lines.length > texts.length,
      );
      expect(program.lines.slice(1)).toEqual(texts.map((text, index) => `${index + 2} Py: ${text}`));
      expect(network.connections).toBe(2);
    },
    PATIENCE_MS,
  );

  /** Who stands still, and why. */
  function howFar(kinds: readonly Kind[]): string {
    const heard = kinds.flatMap(({ told }) => told).map(({ sender, text }) => `${sender}\n${text}`);
    const bySender = Map.groupBy(new Set(heard), (each) => each.split("\n", 1)[0]);
    return kinds
      .map(({ name, told, acked, complaints = "" }) => {
        const said = bySender.get(name)?.length ?? 0;
        return `\n${name}: ${said} of it heard, ${told.length} told, ${acked.size} acked ${complaints}`;
      })
      .join("");
  }

  function observationsOf({ name, told, acked }: Kind, epoch: string): Observation[] {
    const where = { reader: name, room: ROOM };
    const said = Array.from({ length: TEXTS }, (_, number) => ({
      room: ROOM,
      sender: name,
      id: `${name} ${number}`,
    }));
    return [
      { kind: "begin", ...where, after: { epoch, offset: 0 }, history: 0 },
      ...said.map((key) => ({ kind: "invoke" as const, client: name, echo: true, ...key })),
      ...said.flatMap((key) => {
        const offset = acked.get(key.id);
        return offset === undefined ? [] : [{ kind: "ok" as const, ...key, position: { epoch, offset } }];
      }),
      ...told.map(({ offset, sender, text }) => ({
        ...{ kind: "deliver" as const, ...where, epoch, offset, sender, id: text },
      })),
    ];
  }
});
