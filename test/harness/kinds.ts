/**
 * Owns the kinds of client that may meet in one room, behind one face: each says texts and remembers what it was told.
 * Where a kind of client learns the position of what it said, that is remembered too. Knows no rule.
 */
import { connect } from "@roomcast/client";
import { events } from "@roomcast/protocol";
import { EventSource } from "eventsource";

import type { Program } from "./program.ts";
import { until } from "./until.ts";

/** An event as its reader was told of it: by name and text, which every kind can tell. */
export interface Told {
  readonly offset: number;
  readonly sender: string;
  readonly text: string;
}

export interface Kind extends AsyncDisposable {
  readonly name: string;
  readonly told: readonly Told[];
  /** It is shown among the members; a stream is not. */
  readonly member: boolean;
  /** By the text: where it stands, as the publisher was told. */
  readonly acked: ReadonlyMap<string, number>;
  /** What a program has said about what went wrong. */
  readonly complaints?: string;
  say(...texts: readonly string[]): void;
  /** It reads from now on. */
  ready(): Promise<void>;
}

/** A program that prints `offset name: text` and reads lines. */
export class ProgramKind implements Kind {
  readonly name: string;
  readonly member = true;
  readonly acked = new Map<string, number>();
  readonly #program: Program;

  constructor(name: string, program: Program) {
    this.name = name;
    this.#program = program;
  }

  get told(): readonly Told[] {
    return this.#program.lines.map((line) => {
      const [, offset, sender = "", text = ""] = /^(\d+) ([^:]*): (.*)$/.exec(line) ?? [];
      if (offset === undefined) throw new Error(`${this.name} printed ${line}`);
      return { offset: Number(offset), sender, text };
    });
  }

  get complaints(): string {
    return this.#program.complaints;
  }

  say(...texts: readonly string[]): void {
    this.#program.type(...texts);
  }

  /** It is a member, and the test sees it among them. */
  async ready(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }
}

/** The SDK. */
export function sdkKind(url: string, room: string, name: string): Kind {
  const client = connect(url, { contract: events, name });
  const told: Told[] = [];
  const acked = new Map<string, number>();
  const entered = client.room(room, { history: 0 });
  entered.on("message", ({ offset = 0, from, data }) =>
    told.push({ offset, sender: from.name, text: data.text }),
  );
  return {
    ...{ name, told, acked, member: true },
    say(...texts) {
      for (const text of texts) {
        void entered.publish("message", { text }).then((sent) => {
          if (!sent.ok) throw new Error(`${name} could not say ${text}: ${sent.message}`);
          acked.set(text, sent.position?.offset ?? 0);
        });
      }
    },
    ready: () => until(`${name} has joined`, () => entered.status.state === "joined"),
    [Symbol.asyncDispose]: async () => client.disconnect(),
  };
}

/** Reads an event stream, and publishes by plain HTTP: one after the other, each under a key of its own. */
export function streamKind(url: string, room: string, name: string): Kind {
  const at = `${url}/v1/rooms/${room}`;
  const source = new EventSource(`${at}/stream?history=0`);
  const told: Told[] = [];
  const acked = new Map<string, number>();
  source.addEventListener("message", ({ data }) => {
    const {
      offset,
      from,
      data: said,
    } = JSON.parse(data as string) as {
      offset: number;
      from: { name: string };
      data: { text: string };
    };
    told.push({ offset, sender: from.name, text: said.text });
  });
  /** On a network that cuts, a request is repeated under its key until it is answered. */
  const post = async (text: string, key: string): Promise<number> => {
    const answer = await fetch(`${at}/events`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ event: "message", data: { text }, name }),
    }).catch(() => undefined);
    const body = await answer?.text().catch(() => undefined);
    if (body === undefined) return post(text, key);
    if (answer?.ok !== true) throw new Error(`${name} could not say ${text}: ${body}`);
    return (JSON.parse(body) as { position: { offset: number } }).position.offset;
  };
  let line = Promise.resolve();
  return {
    ...{ name, told, acked, member: false },
    say(...texts) {
      for (const text of texts) {
        line = line.then(async () => void acked.set(text, await post(text, crypto.randomUUID())));
      }
    },
    ready: () => until(`${name} reads`, () => source.readyState === EventSource.OPEN),
    [Symbol.asyncDispose]: async () => source.close(),
  };
}
